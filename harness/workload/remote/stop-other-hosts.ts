import { readdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Clock } from "../../tools/time/clock.ts";
import { hostingOf, killHost } from "./hosting.ts";
import { TASK_FILES } from "./protocol.ts";
import { waitUntil } from "../../tools/time/wait-until.ts";

const POLL_MS = 200;
/** What a host may take beyond the grace it gives its own task. */
const MARGIN_MS = 5000;

/**
 * Stops whatever else runs on this runner before a task starts: the load of a client that died may still wind down
 * when the reaper comes to drain, and two tasks at a time would spoil each other's numbers.
 */
export async function stopOtherHosts(
  folder: string,
  options: {
    readonly graceMs: number;
    readonly clock: Clock;
    readonly signal: AbortSignal;
    readonly onNote: (message: string) => void;
  },
): Promise<void> {
  const { clock, signal, onNote } = options;
  const living = othersOf(folder).filter(isAlive);
  for (const other of living) {
    onNote(`stops ${basename(other)}, which still runs on this runner`);
    writeFileSync(join(other, TASK_FILES.stop), "", { mode: 0o600 });
  }
  const ended = (): true | undefined => (living.some(isAlive) && !signal.aborted ? undefined : true);
  await waitUntil(ended, { clock, everyMs: POLL_MS, forMs: options.graceMs + MARGIN_MS });
  if (!signal.aborted) living.forEach(killHost);
}

function othersOf(folder: string): string[] {
  const tasks = dirname(folder);
  return readdirSync(tasks)
    .map((name) => join(tasks, name))
    .filter((other) => other !== folder);
}

function isAlive(folder: string): boolean {
  return hostingOf(folder).state === "alive";
}
