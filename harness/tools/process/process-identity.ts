import { createHash } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { z } from "zod";
import { processStart } from "./process-start.ts";

/** Identifies a process, also against a later one with the same pid. The ids decide; the host's name is for readers. */
export const processIdentity = z.object({
  /** Name of the machine, which may change while the process lives. */
  host: z.string(),
  /** Digest of the machine's id, the same after a restart. Absent where the system has none. */
  machine: z.string().optional(),
  /** Changes with each boot; empty if the system has none. */
  boot: z.string(),
  /** Within it pids mean the same processes: two containers of one machine differ. Absent where the system has none. */
  pidNamespace: z.string().optional(),
  pid: z.number().int().positive(),
  /** When it started, as `processStart` returns it. */
  startTime: z.string(),
});
export type ProcessIdentity = z.infer<typeof processIdentity>;

/**
 * The state of a process as seen from here: `elsewhere` if it runs where this process cannot see it, `unknown` if
 * the question failed. Neither means dead.
 */
export type Liveness = "alive" | "dead" | "elsewhere" | "unknown";

/** The identity of a living process, or undefined when there is none with this pid. */
export function identify(pid: number): ProcessIdentity | undefined {
  const startTime = processStart(pid);
  return startTime === undefined ? undefined : { ...here(), pid, startTime };
}

/** The identity of this process. */
export function ownIdentity(): ProcessIdentity {
  const own = identify(process.pid);
  if (own === undefined) throw new Error("a process must be able to see itself");
  return own;
}

/** Whether the process lives, as far as this one can see. */
export function livenessOf(identity: ProcessIdentity): Liveness {
  if (!isOfThisBoot(identity)) return hasRestarted(identity) ? "dead" : "elsewhere";
  try {
    return processStart(identity.pid) === identity.startTime ? "alive" : "dead";
  } catch {
    return "unknown";
  }
}

/** Whether the process is of this machine since it last started, where its pid means the same as here. */
export function isOfThisBoot({ host, boot, pidNamespace }: ProcessIdentity): boolean {
  const own = here();
  // Without an id of the boot only the name can be compared.
  if (own.boot === "" || boot === "") return own.boot === boot && host === own.host;
  return boot === own.boot && (pidNamespace === undefined || pidNamespace === own.pidNamespace);
}

/** Whether this is its machine, restarted since: no process from before is alive. */
function hasRestarted({ host, machine, boot }: ProcessIdentity): boolean {
  const own = here();
  if (boot === own.boot) return false;
  return machine === undefined || own.machine === undefined ? host === own.host : machine === own.machine;
}

let known: Omit<ProcessIdentity, "pid" | "startTime" | "host"> | undefined;

/** Where this process runs. Only the name can change while it lives. */
function here(): Omit<ProcessIdentity, "pid" | "startTime"> {
  known ??= {
    ...optional("machine", machineId()),
    boot: read("/proc/sys/kernel/random/boot_id") ?? "",
    ...optional("pidNamespace", linkOf("/proc/self/ns/pid")),
  };
  return { ...known, host: hostname() };
}

function optional<Key extends string>(key: Key, value: string | undefined): { [key in Key]?: string } {
  return value === undefined ? {} : ({ [key]: value } as { [key in Key]: string });
}

/** A digest, because the id itself must not be shown to others (machine-id(5)), and leases are in buckets. */
function machineId(): string | undefined {
  const id = read("/etc/machine-id");
  if (id === undefined || id === "" || id === "uninitialized") return undefined;
  return createHash("sha256").update(`refbench ${id}`).digest("hex").slice(0, 32);
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return undefined;
  }
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
