import { STDIO_SESSION_MIB } from "../../coder/ssh/ssh-door.ts";
import type { LoadTask } from "../../model/ports/worker-task.ts";
import { type CountedLoad, countParts } from "../../workload/parts/split-load.ts";

/**
 * Measured on 2026-11-30 with `npm run bench:load` (2 cores, Node 20.20): at most 139 MiB with 1,000 and 178 MiB with
 * 5,000 connections, 12 % of them SSH. That is 129 MiB for the worker and 10 KiB for each connection.
 */
const WORKER_MIB = 129;
/** These 10 KiB, divided as bare connections to a local server are: `ws` 8 KiB, `ssh2` 25 KiB. */
const TERMINAL_KIB = 8;
const TUNNEL_KIB = 25;
/** Bare `ws` connections over TLS 1.3 with an ECDSA P-256 certificate: 53 KiB each at 10,000. */
const TLS_KIB = 53;

/** The memory that a load is expected to need where it runs. */
export interface ExpectedMemory {
  /** Worker processes. */
  readonly workers: number;
  /** MiB of all of them and of the programs that they start. */
  readonly memoryMib: number;
  /** The measured figures that it is made of. */
  readonly basis: string;
}

/** The figures on which the memory of a load depends. */
export type MeasuredLoad = CountedLoad & {
  readonly deployment: Pick<LoadTask["deployment"], "ssh" | "stdioSessions">;
};

/** The expected memory of a load at its largest; sockets to apps count like terminals. */
export function expectMemory(task: MeasuredLoad, isTls: boolean): ExpectedMemory {
  const { connections, deployment, app } = task;
  const workers = countParts(task);
  const ssh = Math.floor(connections.total * connections.sshShare + 1e-9);
  const tunnels = deployment.ssh === "tunnel" ? ssh : 0;
  const programs = deployment.ssh === "stdio" ? Math.min(ssh, deployment.stdioSessions ?? ssh) : 0;
  const terminals = Math.max(connections.total - tunnels - programs, app?.connections ?? 0);
  const each = [
    { count: workers, kib: WORKER_MIB * 1024, words: `${WORKER_MIB} MiB a worker` },
    isTls
      ? { count: terminals, kib: TLS_KIB, words: `${TLS_KIB} KiB a terminal over TLS` }
      : { count: terminals, kib: TERMINAL_KIB, words: `${TERMINAL_KIB} KiB a terminal` },
    { count: tunnels, kib: TUNNEL_KIB, words: `${TUNNEL_KIB} KiB an SSH session` },
    { count: programs, kib: STDIO_SESSION_MIB * 1024, words: `${STDIO_SESSION_MIB} MiB a coder ssh` },
  ].filter(({ count }) => count > 0);
  return {
    workers,
    memoryMib: Math.ceil(each.reduce((sum, { count, kib }) => sum + count * kib, 0) / 1024),
    basis: each.map(({ words }) => words).join(", "),
  };
}
