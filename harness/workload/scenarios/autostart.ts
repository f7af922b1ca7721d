import { agentsOf } from "../../coder/http/schemas.ts";
import type { CoderClient } from "../../coder/client.ts";
import { RefbenchError } from "../../tools/error.ts";
import { readTemplate } from "../checks/read-template.ts";
import { visitWorkspace } from "../connections/visit-workspace.ts";
import { type LoadContext, type LoadWorkspace, setState } from "../context/load-context.ts";
import { takeTurns } from "../context/take-turns.ts";
import { awaitReady } from "../workspaces/await-ready.ts";
import { coderNow } from "./coder-now.ts";
import type { PlacedTask, Scenario } from "./scenario.ts";
import { stopAll } from "../workspaces/stop-workspace.ts";

const MINUTE_MS = 60_000;
/** Setting schedules is not measured. */
const SET_AT_ONCE = 64;

/**
 * Nine o'clock: every workspace is stopped, and has a schedule that starts it at one minute of Coder's clock. Coder
 * alone starts them. All phases count from that minute by Coder's stamps.
 */
export const autostart: Scenario = { run, check };

/** Throws `usage` if the template does not let users start workspaces by schedule every day. */
async function check(admin: CoderClient, task: PlacedTask): Promise<void> {
  const template = await readTemplate(admin, task);
  const { allow_user_autostart: isAllowed, autostart_requirement: requirement } = template;
  const days = requirement?.days_of_week;
  if (isAllowed === false)
    throw new RefbenchError(
      "usage",
      `template ${task.template} does not allow users to schedule starts: edit it with "coder templates edit ${task.template} --allow-user-autostart"`,
    );
  if (days != null && days.length < 7)
    throw new RefbenchError(
      "usage",
      `template ${task.template} only allows starts by schedule on ${days.join(", ")}, expected every day: edit it with "coder templates edit ${task.template} --autostart-requirement-weekdays all"`,
    );
}

async function run(load: LoadContext, ready: readonly LoadWorkspace[]): Promise<Record<string, never>> {
  const { delayMs = 0, buildTimeoutMs = 0 } = load.task.autostart ?? {};
  const stopped = await stopAll(load, ready);
  await load.together("autostart");
  if (stopped.length === 0 || load.signal.aborted) return {};
  const minuteMs = Math.ceil((coderNow(load) + delayMs) / MINUTE_MS) * MINUTE_MS;
  load.board.activity = "scheduling starts";
  const scheduled = await schedule(load, stopped, minuteMs);
  load.board.activity = "waiting for the minute";
  await load.clock.sleep(Math.max(0, minuteMs - coderNow(load)), load.signal).catch(() => undefined);
  load.board.activity = "starting workspaces";
  const deadlineMs = performance.now() + buildTimeoutMs;
  await takeTurns(scheduled, 0, (workspace) => follow(load, workspace, { minuteMs, deadlineMs }));
  if (load.task.keep === true) await clearSchedules(load, scheduled);
  return {};
}

/** Gives every workspace the same minute. Returns those that have it. */
async function schedule(
  load: LoadContext,
  workspaces: readonly LoadWorkspace[],
  minuteMs: number,
): Promise<LoadWorkspace[]> {
  const at = new Date(minuteMs);
  const cron = `CRON_TZ=UTC ${at.getUTCMinutes()} ${at.getUTCHours()} * * *`;
  const scheduled: LoadWorkspace[] = [];
  await takeTurns(workspaces, SET_AT_ONCE, async (workspace) => {
    if (load.signal.aborted) return;
    const answer = await load.asUser(workspace.user.token).scheduleStart(workspace.id ?? "", cron);
    const isLate = coderNow(load) >= minuteMs;
    if (answer.ok && !isLate) scheduled.push(workspace);
    else if (answer.ok)
      fail(load, workspace, "its schedule was accepted only after the minute: choose a longer delay");
    else fail(load, workspace, `its schedule was refused: ${answer.failure.message}`);
  });
  return scheduled;
}

/** Follows one workspace from the minute until it has run the command. */
async function follow(
  load: LoadContext,
  workspace: LoadWorkspace,
  { minuteMs, deadlineMs }: { readonly minuteMs: number; readonly deadlineMs: number },
): Promise<void> {
  const reason = await awaitStart(load, workspace, deadlineMs);
  if (load.signal.aborted) return;
  if (reason !== undefined) {
    fail(load, workspace, reason);
    return;
  }
  const leftMs = Math.max(0, deadlineMs - performance.now());
  const timeouts = { ...load.task.timeouts, buildMs: leftMs };
  if ((await awaitReady({ ...load, task: { ...load.task, timeouts } }, workspace, 0)) !== "ready") {
    recordMissing(load);
    return;
  }
  if (await recordStamps(load, workspace, minuteMs))
    workspace.succeeded = load.task.skipAgents === true || (await visitWorkspace(load, workspace));
}

/** Waits until Coder has requested a start of its own. Returns why it has not, or undefined. */
async function awaitStart(
  load: LoadContext,
  workspace: LoadWorkspace,
  deadlineMs: number,
): Promise<string | undefined> {
  let lost = "";
  while (!load.signal.aborted) {
    const leftMs = Math.max(0, deadlineMs - performance.now());
    const look = await load.poller.within(leftMs, (poller) => poller.workspace(workspace.id ?? ""));
    if (look.ok && look.value.latest_build.transition === "start") {
      setState(load, workspace, "queued");
      const { reason } = look.value.latest_build;
      return reason == null || reason === "autostart"
        ? undefined
        : `it was started by "${reason}", not by its schedule`;
    }
    if (!look.ok && look.failure.kind !== "aborted")
      lost = `; the last poll was lost: ${look.failure.message}`;
    if (performance.now() > deadlineMs)
      return `Coder did not start it within ${load.task.autostart?.buildTimeoutMs ?? 0} ms of the minute${lost}`;
    await load.pollPace.sleep("queued", 0, load.signal).catch(() => undefined);
  }
  return undefined;
}

/** Records from the minute to each stamp of Coder. Returns whether it has all of them. */
async function recordStamps(load: LoadContext, workspace: LoadWorkspace, minuteMs: number): Promise<boolean> {
  const seen = await load.poller.workspace(workspace.id ?? "");
  if (!seen.ok) {
    load.failures.addAnswer("unexpected", "autostart-ready", seen.failure);
    return false;
  }
  const { job } = seen.value.latest_build;
  const agent = agentsOf(seen.value).find(({ id }) => id === workspace.agentId);
  const usable =
    agent?.startup_script_behavior === "blocking"
      ? (agent.ready_at ?? agent.first_connected_at)
      : agent?.first_connected_at;
  const stamps = [
    ["autostart-queued", job.created_at],
    ["autostart-started", job.started_at],
    ["autostart-built", job.completed_at],
    ["autostart-ready", usable],
  ] as const;
  for (const [phase, stamp] of stamps)
    if (stamp != null) load.latencies.recordSpan(phase, minuteMs, Date.parse(stamp));
  load.board.answered();
  return true;
}

/** Counts a workspace that its schedule did not start. */
function fail(load: LoadContext, workspace: LoadWorkspace, message: string): void {
  if (load.signal.aborted) return;
  load.failures.add("build-timeout", "autostart-ready", message);
  recordMissing(load);
  setState(load, workspace, "failed");
}

/** A workspace that never became usable counts with at least its timeout. */
function recordMissing(load: LoadContext): void {
  if (load.signal.aborted) return;
  const now = performance.now();
  const timeoutMs = load.task.autostart?.buildTimeoutMs ?? 0;
  load.latencies.recordFailure("autostart-ready", { dueMs: now, startedMs: now, endMs: now }, timeoutMs);
}

/** Workspaces that stay must not start again tomorrow. */
async function clearSchedules(load: LoadContext, workspaces: readonly LoadWorkspace[]): Promise<void> {
  let left = 0;
  await takeTurns(workspaces, SET_AT_ONCE, async ({ id }) => {
    const answer = await load.admin.patient().scheduleStart(id ?? "", undefined);
    if (!answer.ok) left++;
  });
  if (left > 0) load.note(`${left} kept workspaces still start by schedule each day`);
}
