import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { z } from "zod";
import { processStart } from "../model/process-start.ts";

/** A process that cannot be mistaken for a later one with the same pid. */
export const processIdentity = z.object({
  host: z.string(),
  /** Changes with each boot; empty where the system has none. */
  boot: z.string(),
  pid: z.number().int().positive(),
  /** When it started, in the system's own words. */
  startTime: z.string(),
});
export type ProcessIdentity = z.infer<typeof processIdentity>;

/** The identity of a living process, or undefined when there is none with this pid. */
export function identify(pid: number): ProcessIdentity | undefined {
  const startTime = processStart(pid);
  return startTime === undefined ? undefined : { host: hostname(), boot: bootId(), pid, startTime };
}

/** The identity of this process. */
export function ownIdentity(): ProcessIdentity {
  const own = identify(process.pid);
  if (own === undefined) throw new Error("a process must be able to see itself");
  return own;
}

/** Whether the process lives: `elsewhere` when it is on another machine, where this one cannot look. */
export function livenessOf(identity: ProcessIdentity): "alive" | "dead" | "elsewhere" {
  if (identity.host !== hostname()) return "elsewhere";
  if (identity.boot !== bootId()) return "dead";
  return processStart(identity.pid) === identity.startTime ? "alive" : "dead";
}

/** Whether the process is one of this machine since it last started, as far as a machine can be told by name and boot. */
export function isOfThisBoot({ host, boot }: ProcessIdentity): boolean {
  return host === hostname() && boot === bootId();
}

function bootId(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return "";
  }
}
