import { OBJECTIVES, objectivesFor } from "../../reference-architectures/objectives.ts";
import { scheduleObjectives } from "../../reference-architectures/mixed/schedule-objectives.ts";
import { recordNetwork, sshPathOf } from "../model/observation/network.ts";
import { type Held, heldByLoad } from "../model/record/held-verdicts.ts";
import { thisMachine } from "../model/record/machine.ts";
import { failsRun, objectiveSentence } from "../model/record/objective-words.ts";
import {
  type Measurements,
  MEASURING_METHOD,
  RECORD_SCHEMA_VERSION,
  recordSchema,
  type RunRecord,
  type Teardown,
} from "../model/record/record.ts";
import type { LoadResult } from "../model/record/worker-result.ts";
import type { Unseen } from "../model/observation/observation.ts";
import type { LoadTask } from "../model/ports/worker-task.ts";
import { worst } from "../tools/verdict.ts";
import { verdictOfError } from "../tools/error.ts";
import { measuredConditions } from "../pipeline/making/conditions.ts";
import { assess } from "../results/assess.ts";
import { judge, type JudgedObjective } from "../results/judge/objectives.ts";
import { auditReason, selfAudit } from "../results/self-audit/self-audit.ts";
import { without } from "../workload/parts/without.ts";
import type { BuildCapacity } from "../workload/context/capacity.ts";
import type { DeploymentLook } from "../workload/checks/guard-look.ts";
import { refbenchVersion } from "../composition/settings/refbench-version.ts";
import { recordedObservation } from "./observe/recorded-observation.ts";
import { listConditions } from "./conditions.ts";
import type { LoadOutcome } from "./run-load.ts";

export interface RecordInput {
  readonly runId: string;
  readonly task: LoadTask;
  readonly look: DeploymentLook;
  readonly maxFailures: number | undefined;
  /** The words of its command; absent for a load of a search. */
  readonly given?: readonly string[];
  /** The command that deletes what is left. */
  readonly cleanup: string;
  /** What of the deployment the user did not grant to observe. */
  readonly unseen?: readonly Unseen[];
  /** The conditions of its generator, in words. @default those of this machine */
  readonly generator?: readonly string[] | undefined;
}

/** Builds the record of a manual load: the figures of a load on a deployment that refbench did not make. */
export async function buildLoadRecord(outcome: LoadOutcome, ground: RecordInput): Promise<RunRecord> {
  const { runId, task, look, maxFailures, given } = ground;
  const measured = readMeasurements(outcome, task);
  const objectives = [...judge(chooseObjectives(task, look, maxFailures), measured)];
  const teardown = summarizeTeardown(outcome, ground);
  const held = listVerdicts(outcome, measured, objectives, teardown);
  const { host } = new URL(look.url);
  const builds = recordedCapacity(look);
  const observation = recordedObservation(outcome.result, { unseen: ground.unseen ?? [] });
  const record = recordSchema.parse({
    schemaVersion: RECORD_SCHEMA_VERSION,
    runId,
    origin: { kind: "scaletest" },
    architecture: "deployment",
    size: task.existing === undefined ? task.template : "traffic",
    overrides: {},
    environment: host,
    simulated: look.isEmulated,
    coder: look.isEmulated ? "emulated" : "real",
    deployment: {
      url: look.url,
      id: look.id,
      inUse: [...look.inUse],
      ...(given === undefined ? {} : { given: [...given] }),
    },
    ...(look.isEmulated
      ? { rehearsedVersion: plainVersion(look.version) }
      : { coderVersion: plainVersion(look.version) }),
    startedAt: formatInstant(outcome.startedMs),
    finishedAt: formatInstant(outcome.cleanup.state === "kept" ? outcome.endedMs : outcome.cleanup.endedMs),
    clock: {
      spans: "elapsed",
      steps: (outcome.steps ?? []).map(({ seenMs, byMs }) => ({ at: formatInstant(seenMs), byMs })),
    },
    load: {
      users: task.existing === undefined ? task.users : 0,
      workspaces: task.workspaces,
      concurrentBuilds: builds.daemons,
      replicas: builds.replicas,
      daemonsPerReplica: Math.round((builds.daemons - (builds.external ?? 0)) / Math.max(1, builds.replicas)),
      ...(builds.external === undefined ? {} : { externalProvisioners: builds.external }),
      connections: task.connections.total,
      sshShare: task.connections.sshShare,
      holdMs: task.connections.holdMs,
      rampPerSecond: task.connections.rampPerSecond,
      commandsPerSecond: task.connections.commandsPerSecond,
    },
    provenance: {
      refbench: await refbenchVersion(),
      providers: {},
      method: MEASURING_METHOD,
      node: process.version,
      machine: thisMachine(),
    },
    network: recordNetwork(outcome.result?.network, observation),
    conditions: [...listConditions(task, look, ground), ...measuredConditions(measured)],
    resources: {},
    stages: listStages(outcome),
    ...(measured === undefined ? {} : { measurements: measured }),
    ...(observation === undefined ? {} : { observation }),
    objectives,
    teardown,
    ...concludeVerdict(held),
  });
  const assessed = { ...record, ...assess(record) };
  const impossible = auditReason(selfAudit(assessed));
  return impossible === undefined
    ? assessed
    : { ...assessed, ...concludeVerdict([...held, ["harness-error", impossible]]) };
}

/** The heaviest verdict, with its reasons first. */
function concludeVerdict(held: readonly Held[]): Pick<RunRecord, "verdict" | "reasons"> {
  const verdict = worst(held.map(([word]) => word));
  return {
    verdict: recordSchema.shape.verdict.parse(verdict),
    reasons: held
      .toSorted(([a], [b]) => Number(b === verdict) - Number(a === verdict))
      .map(([word, reason]) => `${word}: ${reason}`),
  };
}

/** The objectives that a manual load missed, one sentence each. A load on existing workspaces is judged by their number. */
export function listMissedObjectives(
  result: LoadResult,
  { task, look, maxFailures }: Pick<RecordInput, "task" | "look" | "maxFailures">,
): string[] {
  const asked = { ...task, workspaces: result.workspaces.asked || task.workspaces };
  const judged = judge(chooseObjectives(asked, look, maxFailures), readMeasurements({ result }, task));
  return judged.filter(failsRun).map(objectiveSentence);
}

function readMeasurements(
  { result }: Pick<LoadOutcome, "result">,
  { deployment }: LoadTask,
): Measurements | undefined {
  if (result === undefined) return undefined;
  const figures = without(result, "observation", "network");
  const sshPath = sshPathOf(deployment.ssh, result.connections);
  return { ...figures, connections: { ...result.connections, sshPath } };
}

/** The build capacity for the record: 0 means unknown, and a condition has the reason. */
function recordedCapacity({ builds }: DeploymentLook): BuildCapacity {
  return "unknown" in builds ? { replicas: 0, daemons: 0 } : builds;
}

/** The default objectives; `--max-failures` replaces the share that may fail. */
function chooseObjectives(
  { workspaces, mixed }: LoadTask,
  look: DeploymentLook,
  maxFailures: number | undefined,
): JudgedObjective[] {
  const figures = { workspaces, concurrentBuilds: Math.max(1, recordedCapacity(look).daemons) };
  const objectives = [
    ...objectivesFor(OBJECTIVES, { size: "", figures, simulated: look.isEmulated }),
    ...(mixed === undefined ? [] : scheduleObjectives(mixed)),
  ];
  if (maxFailures === undefined) return objectives;
  return objectives.map((objective) =>
    objective.name === "workspaces-succeeded"
      ? {
          ...objective,
          threshold: Math.max(0, workspaces - maxFailures) / workspaces,
          reason: `--max-failures ${maxFailures}`,
        }
      : objective,
  );
}

/** The result of a manual load's cleanup, for its record. */
export function summarizeTeardown(
  { cleanup }: Pick<LoadOutcome, "cleanup">,
  { task, look, cleanup: command }: Pick<RecordInput, "task" | "look" | "cleanup">,
): Teardown {
  if (cleanup.state === "kept") return { state: "pending" };
  const kinds = task.reuseUsers === true ? "workspaces and tokens" : "workspaces, users and tokens";
  const scope = `${kinds} named ${task.prefix}-… on ${look.url}`;
  const known = { scope, finishedAt: formatInstant(cleanup.endedMs), swept: [] };
  const unverified = (problem: string): Teardown => ({
    ...known,
    state: "unverified",
    left: [],
    problems: [`${problem}: delete what is there with "${command}"`],
  });
  if (cleanup.state === "failed") return unverified(cleanup.reason);
  const { stopped, left, unasked } = cleanup.result;
  if (stopped) return unverified("left before the cleanup's end");
  if (left.length === 0)
    return unasked.length > 0
      ? unverified(unasked.join("; "))
      : { ...known, state: "clean", left: [], problems: [] };
  const problems = [...left.map(({ kind, name, reason }) => `${kind} ${name}: ${reason}`), ...unasked];
  return {
    ...known,
    state: "leaked",
    left: left.map(({ id, kind, name }) => ({ id, kind, name })),
    problems: [...problems, `try again with "${command}"`],
  };
}

function listVerdicts(
  { result, failure }: LoadOutcome,
  measured: Measurements | undefined,
  objectives: RunRecord["objectives"],
  teardown: Teardown,
): Held[] {
  const held: Held[] = [];
  if (failure !== undefined) held.push([verdictOfError[failure.code], failure.message]);
  else if (result === undefined) held.push(["harness-error", "the load ended without figures"]);
  if (measured !== undefined) held.push(...heldByLoad(measured, objectives));
  if (teardown.state === "leaked") {
    const names = teardown.left.slice(0, 5).map(({ kind, name }) => `${kind} ${name}`);
    held.push(["leaked", `${teardown.left.length} left: ${names.join(", ")}`]);
  } else if (teardown.state === "unverified") held.push(["unverified", teardown.problems.join("; ")]);
  return held;
}

function listStages({ startedMs, endedMs, failure, cleanup }: LoadOutcome): RunRecord["stages"] {
  const load = {
    stage: "load",
    startedAt: formatInstant(startedMs),
    finishedAt: formatInstant(endedMs),
    ...(failure === undefined
      ? { outcome: "ok" as const }
      : {
          outcome: failure.code === "interrupted" ? ("interrupted" as const) : ("failed" as const),
          message: failure.message,
        }),
  };
  if (cleanup.state === "kept") return [load];
  const isClean =
    cleanup.state === "done" && cleanup.result.left.length === 0 && cleanup.result.unasked.length === 0;
  return [
    load,
    {
      stage: "cleanup",
      startedAt: formatInstant(endedMs),
      finishedAt: formatInstant(cleanup.endedMs),
      outcome: isClean ? "ok" : "failed",
    },
  ];
}

function formatInstant(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

/** A version without its `v` and without the build after `+`. */
function plainVersion(version: string): string {
  return version.replace(/^v/, "").replace(/\+.*$/, "");
}
