import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { execFileSync } from "node:child_process";
import { z } from "zod";

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
  const startTime = startTimeOf(pid);
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
  return startTimeOf(identity.pid) === identity.startTime ? "alive" : "dead";
}

function bootId(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return "";
  }
}

function startTimeOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The command may hold spaces and brackets: fields are counted from the last bracket.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? undefined : fields[19];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT" || process.platform === "linux") return undefined;
  }
  try {
    return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).trim() || undefined;
  } catch {
    return undefined;
  }
}
