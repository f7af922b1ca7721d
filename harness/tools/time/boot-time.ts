import { uptime } from "node:os";
import { randomUUID } from "node:crypto";
import { z } from "zod";
import { readFileSync, readlinkSync } from "node:fs";

/**
 * Time since a machine started, milliseconds. Nobody can set this clock, and it continues while the machine sleeps: a
 * cloud's machines go on too. Two times are comparable where `boot` is the same.
 */
export const bootTime = z.object({ boot: z.string(), ms: z.number() });
export type BootTime = z.infer<typeof bootTime>;

/** The id of this boot, once it was read; empty where the system has none. */
let known: string | undefined;
/** Stands for the id of the boot where the system has none. */
let own: string | undefined;

/** The time since this machine started; where the system has no id of its boot, since this process did. */
export function sinceBoot(): BootTime {
  known ??= bootId() ?? "";
  if (known !== "") return { boot: known, ms: Math.round(uptime() * 1000) };
  return { boot: (own ??= `process ${randomUUID()}`), ms: Math.round(performance.now()) };
}

/** With the namespace of pids: a container may have a separate uptime. */
function bootId(): string | undefined {
  try {
    const id = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return `${id} ${readlinkSync("/proc/self/ns/pid").replaceAll(/\D/g, "")}`;
  } catch {
    return undefined;
  }
}
