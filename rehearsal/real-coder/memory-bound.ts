import { freemem } from "node:os";
import { RefbenchError } from "../../harness/tools/error.ts";

/** A load as numbers of local processes. */
export interface AgentLoad {
  readonly workspaces: number;
  /** Number for all replicas together. */
  readonly daemons: number;
}

/** Private memory of one agent, as measured; its shared pages are mapped once for all. */
const AGENT_MIB = 32;
/** Memory of Terraform and its provider during a build. */
const BUILD_MIB = 100;
/** Server, Postgres and the keeper. */
const SERVER_MIB = 700;

/** Memory that a rehearsal on a real server takes on this machine, in MiB. */
export function neededMib({ workspaces, daemons }: AgentLoad): number {
  return SERVER_MIB + workspaces * AGENT_MIB + Math.min(workspaces, daemons) * BUILD_MIB;
}

/** Returns how many workspaces fit into the free memory beside so many daemons that all build. */
export function mostWorkspaces(daemons: number, freeMib = freeMemoryMib()): number {
  return Math.max(0, Math.floor((freeMib - SERVER_MIB - daemons * BUILD_MIB) / AGENT_MIB));
}

/** Refuses a load whose processes would not fit into what is free, before anything is started. */
export function refuseTooLarge(load: AgentLoad, freeMib = freeMemoryMib()): void {
  const needed = neededMib(load);
  if (needed <= freeMib) return;
  const fits = mostWorkspaces(Math.min(load.workspaces, load.daemons), freeMib);
  throw new RefbenchError(
    "usage",
    `${load.workspaces} workspaces with ${load.daemons} provisioner daemons on a real Coder server need ${needed} MiB here ` +
      `(${AGENT_MIB} an agent, ${BUILD_MIB} a build at work, ${SERVER_MIB} for server and Postgres), and ${Math.floor(freeMib)} are free: ` +
      `${fits > 0 ? `up to ${fits} workspaces fit (--set workspaces=${fits})` : "fewer daemons, or a larger machine"}, or rehearse on the emulator`,
  );
}

/** Returns the memory that may be used, in MiB: the machine's, or that of the container that limits this process. */
function freeMemoryMib(): number {
  const limit = process.constrainedMemory();
  const within = limit > 0 && limit < Number.MAX_SAFE_INTEGER ? limit - process.memoryUsage.rss() : Infinity;
  return Math.min(freemem(), within) / 2 ** 20;
}
