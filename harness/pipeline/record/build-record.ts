import type { z } from "zod";
import {
  RECORD_SCHEMA_VERSION,
  recordSchema,
  type Measurements,
  type RunRecord,
  type Teardown,
} from "../../model/record/record.ts";
import { besideCoderWords, generatorNodes } from "../../model/record/generator-place.ts";
import { coderNodes, othersWords } from "../../model/record/shared-cluster.ts";
import { STAGES } from "../../model/record/stage.ts";
import { salvageJson } from "../../tools/files/json-file.ts";
import type { StageContext } from "../context/context.ts";
import { recordedCost } from "../cost/cost-spent.ts";
import { Journal, type StoredEntry } from "../folder/journal.ts";
import type { CloudPlan, Plan } from "../folder/plan.ts";
import { countResources, provisionEvents } from "../folder/resource-counts.ts";
import type { RunFolder } from "../folder/run-folder.ts";
import { recordedClock, type Timeline, timelineNow } from "../folder/timeline.ts";
import { imageConditions, measuredConditions } from "../making/conditions.ts";
import { holdDurationMs } from "../measurement/hold-duration.ts";
import { withProcessor } from "../measurement/others.ts";
import { machineConditions } from "../measurement/machines.ts";
import { comparisonResult } from "../stages/compare.ts";
import type { provisionResult } from "../stages/provision.ts";
import { measureResourceSeconds } from "./resource-seconds.ts";
import { recordedProvenance } from "./provenance.ts";
import { readMeasurements, readStageResults, type StageResults } from "./stage-results.ts";
import { concludeVerdict, listVerdicts } from "./verdicts.ts";

/** Derives the record from the files of the run's folder, so that any process can write it. */
export async function buildRecord(context: StageContext, teardown: Teardown): Promise<RunRecord> {
  const { folder, plan, environment, ports } = context;
  const { entries: stored, damaged } = await new Journal(folder.journal, ports.clock).read();
  const timeline = timelineNow(plan, stored, ports.clock);
  const { entries } = timeline;
  const { measured, observation, network } = await readMeasurements(context);
  const results = withGenerator(plan, await readStageResults(folder), measured);
  const objectives = [...ports.judge(plan.objectives, measured)];
  const held = listVerdicts(entries, measured, objectives, plan, teardown);
  const isFinal = teardown.state !== "pending";
  const unplayed = isFinal ? ports.unplayedFaults?.() : undefined;
  const record = recordSchema.parse({
    schemaVersion: RECORD_SCHEMA_VERSION,
    runId: plan.runId,
    origin: plan.origin,
    architecture: environment.architecture,
    size: environment.size,
    overrides: environment.overrides,
    environment: plan.environmentLabel,
    simulated: plan.simulated,
    ...recordedCoder(plan, results),
    ...(plan.failedOver === undefined ? {} : { failedOver: plan.failedOver }),
    ...(plan.cloud === undefined ? {} : { cloud: recordedCloud(plan.cloud) }),
    ...(results.others === undefined ? {} : { sharedCluster: results.others }),
    startedAt: plan.createdAt,
    ...(isFinal ? { finishedAt: timeline.instant(timeline.nowMs) } : {}),
    clock: recordedClock(timeline),
    load: recordedLoad(plan, environment),
    provenance: await recordedProvenance(context, results, unplayed),
    network,
    conditions: [...allConditions(context, results, measured), ...unplayedConditions(unplayed)],
    ...recordedKeep(entries),
    resources: Object.fromEntries(await countCreated(folder, entries, results.provision)),
    ...(await recordedResourceSeconds(folder, entries)),
    stages: stageTimings(timeline),
    ...(measured === undefined ? {} : { measurements: measured }),
    objectives,
    ...(observation === undefined ? {} : { observation }),
    ...(plan.comparison === undefined ? {} : { toCompare: plan.comparison }),
    ...(await recordedComparison(folder)),
    ...recordedCost(plan, timeline, teardown.state),
    teardown,
    ...concludeVerdict(held, isFinal, damaged.length),
  });
  const assessed = { ...record, ...ports.assess(record) };
  // The measurements stay in the record, beside the rule that they break.
  const impossible = ports.selfAudit(assessed);
  if (impossible === undefined) return assessed;
  return {
    ...assessed,
    ...concludeVerdict([...held, ["harness-error", impossible]], isFinal, damaged.length),
  };
}

/** Whether Coder was real, and its version: the baseline's in a comparison, else the one that it reported. */
function recordedCoder(
  plan: Plan,
  { bootstrap }: StageResults,
): Pick<RunRecord, "coder" | "rehearsedVersion" | "coderVersion"> {
  const version = plan.comparison?.baseline.version ?? bootstrap?.coderVersion ?? plan.size.coder.version;
  return {
    coder: plan.rehearsal !== undefined && plan.rehearsal.coder === undefined ? "emulated" : "real",
    ...(plan.simulated ? { rehearsedVersion: version } : { coderVersion: version }),
  };
}

function recordedLoad(plan: Plan, environment: StageContext["environment"]): RunRecord["load"] {
  const { users, workspaces, concurrentBuilds, coder, connections, provisioners, externalProvisioners } =
    plan.size;
  return {
    users,
    workspaces,
    concurrentBuilds,
    replicas: coder.replicas,
    daemonsPerReplica: coder.daemonsPerReplica,
    ...(provisioners === "external" ? { externalProvisioners: externalProvisioners.count } : {}),
    connections: connections.total,
    sshShare: connections.sshShare,
    holdMs: holdDurationMs(plan, environment),
    rampPerSecond: connections.rampPerSecond,
    commandsPerSecond: connections.commandsPerSecond,
  };
}

function allConditions(
  { plan, environment }: StageContext,
  { preflight, machines, nodes, others }: StageResults,
  measured: Measurements | undefined,
): readonly string[] {
  return [
    ...plan.conditions,
    ...measuredConditions(measured),
    ...imageConditions(plan, environment, preflight),
    ...(nodes?.condition === undefined ? [] : [nodes.condition]),
    ...(machines === undefined ? [] : machineConditions(machines)),
    ...(plan.cloud !== undefined && plan.runner === "job" && measured !== undefined
      ? besideCoderWords(generatorNodes(measured.generator), others && coderNodes(others))
      : []),
    ...(others === undefined ? [] : othersWords(others)),
  ];
}

function unplayedConditions(unplayed: readonly string[] = []): readonly string[] {
  return unplayed.map((fault) => `a planned fault never happened, so this run did not test it: ${fault}`);
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

async function recordedResourceSeconds(
  folder: RunFolder,
  entries: readonly StoredEntry[],
): Promise<Pick<RunRecord, "resourceSeconds">> {
  const resourceSeconds = measureResourceSeconds(await provisionEvents(folder, entries));
  return Object.keys(resourceSeconds).length === 0 ? {} : { resourceSeconds };
}

async function recordedComparison(folder: RunFolder): Promise<Pick<RunRecord, "comparison">> {
  return (await salvageJson(folder.result("comparison"), comparisonResult)) ?? {};
}

/** With the processor that the generator saw in a cluster that others use too, unless it ran on this machine. */
function withGenerator(
  { runner }: Plan,
  results: StageResults,
  measured: Measurements | undefined,
): StageResults {
  const { others } = results;
  if (others === undefined || runner === "local") return results;
  return { ...results, others: withProcessor(others, measured?.generator.machine?.cpu) };
}

/** Replaces the endpoints by the names of their variables: the addresses mean nothing to a reader. */
/** Without the place of the user's kubeconfig. */
function recordedCloud(cloud: CloudPlan): RunRecord["cloud"] {
  const { project, region, zone, endpoints, emulated, stacks, skippedChecks, skippedCanary } = cloud;
  return {
    ...{ project, region, zone, endpoints: Object.keys(endpoints), emulated },
    ...{ stacks, skippedChecks, skippedCanary },
  };
}

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
