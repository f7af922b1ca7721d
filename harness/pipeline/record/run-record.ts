import { chmod, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { type Held, heldByLoad } from "../../model/record/held-verdicts.ts";
import { storedRecord } from "../../model/record/migrate-record.ts";
import { failsRun } from "../../model/record/objective-words.ts";
import {
  recordSchema,
  MEASURING_METHOD,
  RECORD_SCHEMA_VERSION,
  type Measurements,
  type RunRecord,
  type Teardown,
} from "../../model/record/record.ts";
import { loadResult } from "../../model/record/worker-result.ts";
import { STAGES } from "../../model/record/stage.ts";
import { EXIT_CODES, worst } from "../../tools/verdict.ts";
import { imageConditions, sshConditions } from "../making/conditions.ts";
import type { StageContext } from "../context/context.ts";
import { recordedCost } from "../cost/cost-spent.ts";
import { Journal, type StoredEntry } from "../folder/journal.ts";
import type { CloudPlan, Plan } from "../folder/plan.ts";
import { salvageJson, writeJson } from "../../tools/files/json-file.ts";
import { machineConditions, machinesResult, processorsOf } from "../measurement/machines.ts";
import { nodesResult } from "../stages/node-changes.ts";
import { describePlatform } from "./describe-platform.ts";
import { recordedMeasurements } from "../measurement/recorded-measurements.ts";
import { findRequest } from "../folder/request.ts";
import { countResources } from "../folder/resource-counts.ts";
import type { RunFolder } from "../folder/run-folder.ts";
import { holdDurationMs } from "../measurement/hold-duration.ts";
import { auditResult } from "../stages/audit.ts";
import { comparisonResult } from "../stages/compare.ts";
import { storedBootstrapResult } from "../stages/bootstrap.ts";
import { preflightResult } from "../stages/preflight.ts";
import { provisionResult } from "../stages/provision.ts";
import { sweptIn } from "../stages/sweep.ts";
import { recordedClock, type Timeline, timelineNow } from "../folder/timeline.ts";

/** Writes a record with what is known so far, `teardown: pending`. */
export async function writePendingRecord(context: StageContext): Promise<void> {
  await writeJson(context.folder.record, await buildRecord(context, { state: "pending" }));
}

/** Writes the final record, after the audit. It is not written again. */
export async function writeFinalRecord(context: StageContext): Promise<RunRecord> {
  const record = await buildRecord(context, await readTeardown(context));
  await setAsideFinal(context.folder);
  await writeJson(context.folder.record, record);
  await chmod(context.folder.record, 0o444);
  return record;
}

/**
 * The final record, or undefined before it exists. Also undefined while another teardown is requested, for
 * example after an audit that found something or got no answer.
 */
export async function findFinalRecord(folder: RunFolder): Promise<RunRecord | undefined> {
  const record = await salvageJson(folder.record, storedRecord);
  if (record === undefined || record.verdict === "pending") return undefined;
  return (await findRequest(folder)) === undefined ? record : undefined;
}

/** Keeps an earlier final record beside the one that replaces it. */
async function setAsideFinal(folder: RunFolder): Promise<void> {
  const earlier = await salvageJson(folder.record, storedRecord);
  if (earlier?.finishedAt === undefined) return;
  await rename(folder.record, join(folder.path, `record-${earlier.finishedAt.replaceAll(":", "")}.json`));
}

/** The exit code for a record. */
export function exitCodeOf(record: RunRecord): number {
  return record.verdict === "pending" ? EXIT_CODES["handed-over"] : EXIT_CODES[record.verdict];
}

/** Derives the record from the files of the run's folder, so that any process can write it. */
async function buildRecord(context: StageContext, teardown: Teardown): Promise<RunRecord> {
  const { folder, plan, environment, ports } = context;
  const { entries: stored, damaged } = await new Journal(folder.journal, ports.clock).read();
  const timeline = timelineNow(plan, stored, ports.clock);
  const { entries } = timeline;
  const measured = await measuredIn(context);
  const preflight = await salvageJson(folder.result("preflight"), preflightResult);
  const provisioned = await salvageJson(folder.result("provision"), provisionResult);
  const bootstrapped = await salvageJson(folder.result("bootstrap"), storedBootstrapResult);
  const machines = await salvageJson(folder.result("machines"), machinesResult);
  const nodes = await salvageJson(folder.result("nodes"), nodesResult);
  const objectives = [...ports.judge(plan.objectives, measured)];
  const held = listVerdicts(entries, measured, objectives, plan, teardown);
  const final = teardown.state !== "pending";
  const version = plan.comparison?.baseline.version ?? bootstrapped?.coderVersion ?? plan.size.coder.version;
  const record = recordSchema.parse({
    schemaVersion: RECORD_SCHEMA_VERSION,
    runId: plan.runId,
    origin: plan.origin,
    architecture: environment.architecture,
    size: environment.size,
    overrides: environment.overrides,
    environment: plan.environmentLabel,
    simulated: plan.simulated,
    coder: plan.rehearsal !== undefined && plan.rehearsal.coder === undefined ? "emulated" : "real",
    ...(plan.failedOver === undefined ? {} : { failedOver: plan.failedOver }),
    ...(plan.cloud === undefined ? {} : { cloud: recordedCloud(plan.cloud) }),
    ...(plan.simulated ? { rehearsedVersion: version } : { coderVersion: version }),
    startedAt: plan.createdAt,
    ...(final ? { finishedAt: timeline.instant(timeline.nowMs) } : {}),
    clock: recordedClock(timeline),
    load: {
      users: plan.size.users,
      workspaces: plan.size.workspaces,
      concurrentBuilds: plan.size.concurrentBuilds,
      replicas: plan.size.coder.replicas,
      daemonsPerReplica: plan.size.coder.daemonsPerReplica,
      connections: plan.size.connections.total,
      sshShare: plan.size.connections.sshShare,
      holdMs: holdDurationMs(plan, environment),
      rampPerSecond: plan.size.connections.rampPerSecond,
      commandsPerSecond: plan.size.connections.commandsPerSecond,
    },
    provenance: {
      refbench: plan.refbench,
      ...(preflight === undefined ? {} : { terraform: preflight.terraform }),
      providers: await lockedProviders(folder, provisioned?.stacks.map(({ name }) => name) ?? []),
      ...(provisioned === undefined
        ? {}
        : {
            chartVersion: plan.comparison?.baseline.version ?? provisioned.outputs.coder_chart_version,
          }),
      ...(preflight?.coderImageDigest === undefined ? {} : { coderImageDigest: preflight.coderImageDigest }),
      ...(preflight?.workspaceImageDigest === undefined
        ? {}
        : { workspaceImageDigest: preflight.workspaceImageDigest }),
      ...(plan.coderChannel === undefined ? {} : { coderChannel: plan.coderChannel }),
      platform: {
        ...describePlatform(plan, environment),
        ...(machines === undefined ? {} : processorsOf(machines)),
      },
      method: MEASURING_METHOD,
      node: plan.node,
      machine: plan.machine,
      ...(await recordedRehearsal(context)),
    },
    conditions: [
      ...plan.conditions,
      ...sshConditions(measured),
      ...imageConditions(plan, environment, preflight),
      ...(nodes?.condition === undefined ? [] : [nodes.condition]),
      ...(machines === undefined ? [] : machineConditions(machines)),
    ],
    ...recordedKeep(entries),
    resources: Object.fromEntries(await countCreated(folder, entries, provisioned)),
    stages: stageTimings(timeline),
    ...(measured === undefined ? {} : { measurements: measured }),
    objectives,
    ...(plan.comparison === undefined ? {} : { toCompare: plan.comparison }),
    ...(await recordedComparison(folder)),
    ...recordedCost(plan, timeline, teardown.state),
    teardown,
    ...concluded(held, final, damaged.length),
  });
  // The measurements stay in the record, beside the rule that they break.
  const impossible = ports.selfAudit(record);
  if (impossible === undefined) return record;
  return { ...record, ...concluded([...held, ["harness-error", impossible]], final, damaged.length) };
}

/** The most severe verdict, with its reasons first. */
function concluded(
  held: readonly Held[],
  isFinal: boolean,
  damagedLines: number,
): Pick<RunRecord, "verdict" | "reasons"> {
  const verdict = worst(held.map(([word]) => word));
  return {
    verdict: isFinal ? recordSchema.shape.verdict.parse(verdict) : "pending",
    reasons: [
      ...held
        .toSorted(([a], [b]) => Number(b === verdict) - Number(a === verdict))
        .map(([word, reason]) => `${word}: ${reason}`),
      ...(damagedLines === 0 ? [] : [`${damagedLines} lines of the journal could not be read`]),
    ],
  };
}

/** Includes the content of the fault file: the file goes with the folder, but the record stays. */
async function recordedRehearsal({
  folder,
  plan: { rehearsal },
  environment,
}: StageContext): Promise<Pick<RunRecord["provenance"], "rehearsal">> {
  if (rehearsal === undefined) return {};
  const { speed, buildSpeed, failBuilds, shellDelayMs, faults } = rehearsal;
  const planted =
    faults === undefined
      ? undefined
      : await salvageJson(join(folder.path, faults), z.record(z.string(), z.unknown()));
  return {
    rehearsal: {
      ...{ speed, buildSpeed, failBuilds, zone: environment.zone },
      ...(shellDelayMs === undefined ? {} : { shellDelayMs }),
      ...(faults === undefined ? {} : { faults }),
      ...(planted === undefined ? {} : { planted }),
    },
  };
}

/**
 * Includes a failed provision, because the teardown must remove what it created. A restored journal may know
 * less.
 */
async function countCreated(
  folder: RunFolder,
  entries: readonly StoredEntry[],
  provisioned: z.infer<typeof provisionResult> | undefined,
): Promise<ReadonlyMap<string, number>> {
  const counted = await countResources(folder, entries, "apply");
  const known = (provisioned?.stacks ?? []).map(
    ({ name, resources }) => [name, Math.max(resources, counted.get(name) ?? 0)] as const,
  );
  return new Map([...counted, ...known]);
}

async function recordedComparison(folder: RunFolder): Promise<Pick<RunRecord, "comparison">> {
  return (await salvageJson(folder.result("comparison"), comparisonResult)) ?? {};
}

/** Replaces the endpoints by the names of their variables: the addresses mean nothing to a reader. */
function recordedCloud({ endpoints, ...cloud }: CloudPlan): RunRecord["cloud"] {
  return { ...cloud, endpoints: Object.keys(endpoints) };
}

/** Whether everything was measured and met the size's objectives. */
export async function objectivesMet(context: StageContext): Promise<boolean> {
  const { plan, ports } = context;
  return !ports.judge(plan.objectives, await measuredIn(context)).some(failsRun);
}

async function measuredIn({ folder, plan }: StageContext): Promise<Measurements | undefined> {
  const result = await salvageJson(folder.result("load"), loadResult.loose());
  return result === undefined ? undefined : recordedMeasurements(plan, result);
}

function listVerdicts(
  entries: readonly StoredEntry[],
  measured: Measurements | undefined,
  objectives: RunRecord["objectives"],
  { runId }: Plan,
  teardown: Teardown,
): readonly Held[] {
  const held: Held[] = entries.flatMap((entry) =>
    entry.type === "finding" ? [[entry.verdict, entry.reason] as const] : [],
  );
  const loaded = entries.findLast((entry) => entry.type === "stage-outcome" && entry.stage === "load");
  // A stopped load leaves figures too. A journal that lost lines must not turn those into a pass.
  if (
    measured !== undefined &&
    held.length === 0 &&
    (loaded?.type !== "stage-outcome" || loaded.outcome !== "ok")
  )
    held.push(["interrupted", "the journal does not say that the load finished"]);
  if (measured === undefined) {
    if (held.length === 0) held.push(["interrupted", "torn down before the load ran"]);
  } else held.push(...heldByLoad(measured, objectives));
  if (teardown.state === "leaked") {
    const names = teardown.left.slice(0, 5).map(({ kind, name }) => `${kind} ${name}`);
    held.push(["leaked", `${teardown.left.length} remaining in the ${teardown.scope}: ${names.join(", ")}`]);
  } else if (teardown.state === "unverified") {
    const goOn = `once the inventory answers again (sign in if a credential expired), continue with "refbench teardown ${runId}"`;
    held.push(["unverified", `${teardown.problems.join("; ")}: ${goOn}`]);
  }
  return held;
}

async function readTeardown({ folder, plan, ports }: StageContext): Promise<Teardown> {
  const { entries } = await new Journal(folder.journal, ports.clock).read();
  const audit = await salvageJson(folder.result("audit"), auditResult);
  const swept = [...sweptIn(entries)];
  const problems = entries.flatMap((entry) =>
    entry.type === "stage-outcome" && entry.outcome !== "ok" && TEARDOWN.has(entry.stage)
      ? [`${entry.stage}: ${entry.message ?? entry.outcome}`]
      : [],
  );
  const timeline = timelineNow(plan, entries, ports.clock);
  const finishedAt = timeline.instant(timeline.nowMs);
  if (audit === undefined) {
    return {
      state: "unverified",
      scope: "inventory",
      finishedAt,
      left: [],
      swept,
      problems: [...problems, "the audit did not finish"],
    };
  }
  return {
    state: audit.state,
    scope: audit.scope,
    finishedAt,
    left: audit.left,
    swept,
    problems: audit.problem === undefined ? problems : [...problems, audit.problem],
  };
}

const TEARDOWN: ReadonlySet<string> = new Set(["drain", "destroy", "sweep", "audit"]);

function stageTimings({ entries, instant }: Timeline): RunRecord["stages"] {
  return STAGES.flatMap((stage) => {
    const begun = entries.findLastIndex((entry) => entry.type === "stage-intent" && entry.stage === stage);
    const intent = entries[begun];
    if (intent === undefined) return [];
    const startedAt = instant(intent.runMs);
    const outcome = entries
      .slice(begun)
      .findLast((entry) => entry.type === "stage-outcome" && entry.stage === stage);
    if (outcome?.type !== "stage-outcome") {
      return [
        {
          stage,
          startedAt,
          finishedAt: startedAt,
          outcome: "interrupted" as const,
          message: "its process died",
        },
      ];
    }
    return [
      {
        stage,
        startedAt,
        finishedAt: instant(outcome.runMs),
        outcome: outcome.outcome,
        ...(outcome.message === undefined ? {} : { message: outcome.message }),
      },
    ];
  });
}

function recordedKeep(entries: readonly StoredEntry[]): Pick<RunRecord, "kept"> {
  const kept = entries.findLast((entry) => entry.type === "kept");
  return kept?.type === "kept"
    ? { kept: { until: new Date(kept.untilMs).toISOString(), reason: kept.reason } }
    : {};
}

/** Provider versions from Terraform's lock files. */
async function lockedProviders(
  folder: RunFolder,
  stacks: readonly string[],
): Promise<Record<string, string>> {
  const versions: Record<string, string> = {};
  for (const stack of stacks) {
    // eslint-disable-next-line no-restricted-syntax -- the record must be written even without a provider's version.
    const lock = await readFile(join(folder.stack(stack), ".terraform.lock.hcl"), "utf8").catch(() => "");
    for (const [, source, version] of lock.matchAll(
      /provider "[^"/]+\/([^"]+)" \{\s+version\s+= "([^"]+)"/g,
    )) {
      if (source !== undefined && version !== undefined) versions[source] = version;
    }
  }
  return z.record(z.string(), z.string()).parse(versions);
}
