import { basename } from "node:path";
import { decodeTime } from "ulid";
import { environmentSchema } from "../../stacks/environment.ts";
import { systemClock } from "../tools/time/clock.ts";
import { messageOf } from "../tools/error.ts";
import type { StoredEvent } from "../model/ports/event.ts";
import { run12, type RunId } from "../model/run-id.ts";
import { inTurns } from "../tools/time/in-turns.ts";
import { hasCome, momentNow } from "../tools/time/moment.ts";
import type { RunTornDown } from "../inventory/sweep/report.ts";
import { isDue, runState, type RunFacts, type RunState } from "../inventory/sweep/run-state.ts";
import { EventTail } from "../pipeline/folder/event-log.ts";
import { watchReaperLease } from "../pipeline/driver/ensure-reaper.ts";
import { hasExpired } from "../pipeline/context/expiry.ts";
import { findJson, readJson } from "../tools/files/json-file.ts";
import { findKeep, isKeepOver } from "../pipeline/driver/keep.ts";
import { LeaseBook } from "../pipeline/lease/lease.ts";
import { driverState } from "../pipeline/folder/driver.ts";
import { planSchema } from "../pipeline/folder/plan.ts";
import { findRequest } from "../pipeline/folder/request.ts";
import { listRunFolders, type RunFolder } from "../pipeline/folder/run-folder.ts";
import { findFinalRecord } from "../pipeline/record/run-record.ts";
import { watchRun } from "../pipeline/driver/watch.ts";
import { spawnReaper } from "../composition/spawn-reaper.ts";

/** Reapers at the same time: each starts its own terraform. */
const AT_ONCE = 4;

/** The current state of each run of the folder, by `run12`. */
export async function runStates(cwd: string): Promise<ReadonlyMap<string, RunState>> {
  const states = new Map<string, RunState>();
  for (const folder of await listRunFolders(cwd)) {
    states.set(run12(runIdOf(folder)), runState(await readFacts(folder)));
  }
  return states;
}

/** Tears down every run of this folder that has no driver and no reaper, or is past its expiry, through its reaper. */
export async function tearDownDue(
  cwd: string,
  options: {
    readonly runId: RunId | undefined;
    readonly dryRun: boolean;
    readonly waitMs: number;
    readonly reportLine: (line: string) => void;
    readonly signal: AbortSignal;
  },
): Promise<readonly RunTornDown[]> {
  const folders = (await listRunFolders(cwd)).filter(
    (folder) => options.runId === undefined || runIdOf(folder) === options.runId,
  );
  const found = await inTurns(folders, AT_ONCE, async (folder): Promise<readonly DueRun[]> => {
    const facts = await readFacts(folder);
    const isToGo = isDue(facts) || (await isStuck(folder, facts, options));
    return isToGo ? [{ folder, adopted: !facts.held }] : [];
  });
  const due = found.flat();
  if (options.dryRun) {
    return due.map(({ folder, adopted }) => ({
      runId: runIdOf(folder),
      adopted,
      teardown: "would-tear-down",
    }));
  }
  return inTurns(due, AT_ONCE, (run) => tearDown(run, options));
}

/** A reaper renews its lease every 10 s. One that has not done so for this long does not tear down its run. */
const STUCK_MS = 35_000;

/** Whether a run's reaper is alive but does nothing, for example after SIGSTOP. */
async function isStuck(
  folder: RunFolder,
  { final, asked, held }: RunFacts,
  { reportLine, signal }: { readonly reportLine: (line: string) => void; readonly signal: AbortSignal },
): Promise<boolean> {
  if (final || !asked || !held) return false;
  const sign = await watchReaperLease(folder, systemClock).nextSign(STUCK_MS, signal);
  if (sign === "silent") reportLine(`run ${runIdOf(folder)}: its reaper is alive but does not work`);
  return sign === "silent";
}

/** A run for its reaper to tear down, and whether it needs a new reaper. */
export interface DueRun {
  readonly folder: RunFolder;
  readonly adopted: boolean;
}

/** Waits for the teardown of a run. Starts its reaper if there is none. */
export async function tearDown(
  { folder, adopted }: DueRun,
  options: {
    readonly waitMs: number;
    readonly reportLine: (line: string) => void;
    readonly signal: AbortSignal;
  },
): Promise<RunTornDown> {
  const runId = runIdOf(folder);
  const timeout = AbortSignal.timeout(options.waitMs);
  options.reportLine(
    adopted
      ? `run ${runId} had no reaper: started one`
      : `run ${runId} is being torn down: waiting for its reaper`,
  );
  try {
    const record = await watchRun(
      folder,
      { clock: systemClock, spawnReaper },
      {
        reporter: { report: (event) => reportEvent(runId, event, options.reportLine) },
        signal: AbortSignal.any([options.signal, timeout]),
        fromOffset: await EventTail.end(folder.events),
      },
    );
    const { state } = record.teardown;
    return { runId, adopted, teardown: state === "pending" ? "unfinished" : state };
  } catch (error) {
    options.signal.throwIfAborted();
    const problem = timeout.aborted
      ? `not torn down within --wait; its reaper continues: follow it with "refbench watch ${runId}"`
      : messageOf(error);
    return { runId, adopted, teardown: "unfinished", problem };
  }
}

function reportEvent(runId: RunId, event: StoredEvent, reportLine: (line: string) => void): void {
  const run = `run ${run12(runId)}`;
  if (event.type === "stage.finished") {
    reportLine(
      `${run}: ${event.stage} ${event.outcome}${event.message === undefined ? "" : `, ${event.message}`}`,
    );
  } else if (event.type === "sweep.removed") {
    reportLine(`${run}: removed ${event.kind} ${event.name}`);
  } else if (event.type === "note" && event.level !== "info") {
    reportLine(`${run}: ${event.message}`);
  }
}

function runIdOf(folder: RunFolder): RunId {
  return basename(folder.path);
}

/**
 * The state of a run by its folder. If something cannot be read, the safe value applies: a lease is held, a driver
 * is not dead, and a run without its plan still expires.
 */
async function readFacts(folder: RunFolder): Promise<RunFacts> {
  const final = await orUnknown(findFinalRecord(folder));
  const keep = await orUnknown(findKeep(folder));
  const request = await orUnknown(findRequest(folder));
  return {
    final: final !== UNKNOWN && final !== undefined,
    driver: keep === UNKNOWN ? UNKNOWN : keep === undefined ? await driverState(folder) : "none",
    held: (await orUnknown(new LeaseBook(folder.leases, systemClock).isHeld())) !== false,
    asked: request !== UNKNOWN && request?.through === "audit",
    expired: keep === UNKNOWN || keep === undefined ? await isExpired(folder) : isKeepOver(keep, systemClock),
  };
}

const UNKNOWN = "unknown";

/** Longer than the expiry of any size, for a run whose plan and environment cannot be read. */
const UNREADABLE_LASTS_MS = 24 * 60 * 60_000;

/** Whether a run is past its expiry by its plan, else by its environment, else by the time in its id. */
async function isExpired(folder: RunFolder): Promise<boolean> {
  const plan = await orUnknown(readJson(folder.plan, planSchema));
  if (plan !== UNKNOWN) return hasExpired(plan, systemClock);
  const environment = await orUnknown(findJson(folder.environment, environmentSchema));
  const expiresAtMs =
    environment === UNKNOWN || environment === undefined
      ? decodeTime(runIdOf(folder)) + UNREADABLE_LASTS_MS
      : environment.expiresAt === null
        ? Infinity
        : environment.expiresAt * 1_000;
  return hasCome({ atMs: expiresAtMs }, momentNow(systemClock));
}

async function orUnknown<T>(asked: Promise<T>): Promise<T | typeof UNKNOWN> {
  try {
    return await asked;
  } catch {
    return UNKNOWN;
  }
}
