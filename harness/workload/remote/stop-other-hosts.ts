import { readdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Clock } from "../../tools/time/clock.ts";
import { findHosting, killHost } from "./hosting.ts";
import { TASK_FILES } from "./protocol.ts";
import { waitUntil } from "../../tools/time/wait-until.ts";

const POLL_MS = 200;
/** Added to the grace that a host gives its task. */
const MARGIN_MS = 5000;

/**
 * Stops all other tasks of this runner before a task starts. The load of a dead client may still be winding
 * down when the reaper drains, and two tasks at a time would distort each other's figures.
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
  const living = listOthers(folder).filter(isAlive);
  for (const other of living) {
    onNote(`stopping ${basename(other)}, which still runs on this runner`);
    writeFileSync(join(other, TASK_FILES.stop), "", { mode: 0o600 });
  }
  const ended = (): true | undefined => (living.some(isAlive) && !signal.aborted ? undefined : true);
  await waitUntil(ended, { clock, everyMs: POLL_MS, forMs: options.graceMs + MARGIN_MS });
  if (!signal.aborted) living.forEach(killHost);
}

function listOthers(folder: string): string[] {
  const tasks = dirname(folder);
  return readdirSync(tasks)
    .map((name) => join(tasks, name))
    .filter((other) => other !== folder);
}

function isAlive(folder: string): boolean {
  return findHosting(folder).state === "alive";
}
