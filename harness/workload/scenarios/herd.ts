import { CoderClient } from "../../coder/client.ts";
import { arrivalSchedule } from "../workspaces/arrival-schedule.ts";
import { type LoadContext, type LoadWorkspace } from "../context/load-context.ts";
import { pace } from "../generator/pacer.ts";
import type { Scenario } from "./scenario.ts";
import { takeTurns } from "../context/take-turns.ts";
import { startAgain } from "../workspaces/start-workspace.ts";
import { stopAll } from "../workspaces/stop-workspace.ts";
import { countOf } from "../../tools/count-text.ts";

/** How long a stopped load may take to start again the existing workspaces that it stopped. */
const RESTART_MS = 5_000;

/**
 * Monday morning: every workspace is stopped, then all are started again, at once or on a schedule. A
 * workspace counts as started when its agent is usable and it has run the command again.
 */
export const herd: Scenario = { run };

async function run(load: LoadContext, ready: readonly LoadWorkspace[]): Promise<Record<string, never>> {
  const stopped = await stopAll(load, ready);
  await load.together("herd");
  try {
    await startAll(load, stopped);
  } finally {
    await restartExisting(load, stopped);
  }
  return {};
}

/** Starts stopped workspaces, at once or on the task's schedule. */
export async function startAll(load: LoadContext, stopped: readonly LoadWorkspace[]): Promise<void> {
  if (load.signal.aborted) return;
  load.board.activity = "starting workspaces";
  const steps = load.task.herd?.arrival;
  if (steps === undefined) {
    await takeTurns(stopped, 0, (workspace, dueMs) => startAgain(load, workspace, dueMs));
    return;
  }
  const starting: Promise<void>[] = [];
  const { signal, health } = load;
  health.startPacing();
  await pace(
    { dueAtMs: arrivalSchedule(steps), count: stopped.length, signal, slip: health.slip.arrivals },
    (index, dueMs) => {
      const workspace = stopped[index];
      if (workspace !== undefined) starting.push(startAgain(load, workspace, dueMs));
    },
  );
  health.stopPacing();
  await Promise.all(starting);
}

/** Existing workspaces ran before the load, so a load that is cut short at least requests their starts. */
export async function restartExisting(load: LoadContext, stopped: readonly LoadWorkspace[]): Promise<void> {
  if (load.task.existing === undefined || !load.signal.aborted) return;
  const owed = stopped.filter(({ agentId, state }) => agentId === undefined && state === "waiting");
  const caller = { token: load.task.token, isSiteAdmin: true };
  const admin = new CoderClient(load.admin.http, caller, AbortSignal.timeout(RESTART_MS)).patient();
  const answers = await Promise.all(owed.map(({ id }) => admin.startWorkspace(id ?? "")));
  const left = answers.filter(({ ok }) => !ok).length;
  if (left > 0)
    load.note(`stopped and not started again: ${countOf(left, "workspace")} that ran before the load`);
}
