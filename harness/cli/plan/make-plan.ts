import { requestsOf } from "../../../reference-architectures/capacity/own-cluster.ts";
import { getArchitecture } from "../../../reference-architectures/catalogue.ts";
import { estimateCost, standingPerMonth } from "../../../reference-architectures/cost/estimate.ts";
import { estimateMinutes } from "../../../reference-architectures/cost/phases.ts";
import { quotaOf } from "../../../reference-architectures/quota/quota.ts";
import { generatorPods } from "../../composition/preflight/ask-kubernetes.ts";
import type { RunSettings } from "../../composition/settings/run-settings.ts";
import { countKinds } from "../../forecast/count-kinds.ts";
import { chooseDurations } from "../../forecast/expected-seconds.ts";
import { listMadeByOthers } from "../../forecast/made-by-others.ts";
import { type Apply, planProvisioning } from "../../forecast/provisioning.ts";
import { readStackGraph, type StackGraph } from "../../forecast/stack-graph.ts";
import type { RunRecord } from "../../model/record/record.ts";
import { findStageSeconds } from "../../forecast/stage-seconds.ts";
import { type ExpectedTime, expectRunTime } from "../expectation/expected-time.ts";
import type { DraftedStack } from "./draft-stacks.ts";
import { plannedPermissions } from "./permissions.ts";
import type { PlanDocument } from "./plan-document.ts";

/** Makes the plan of a run from its synthesized stacks and the records that may be used. Pure. */
export function makePlan(
  settings: RunSettings,
  stacks: readonly DraftedStack[],
  /** Records, the newest last, and the speed of the twin in a rehearsal. */
  evidence: { readonly records: readonly RunRecord[]; readonly speed: number },
): PlanDocument {
  const { size, place, rehearse, runner, generators } = settings;
  const architecture = getArchitecture(size.architecture);
  const { figures } = size;
  const speed = rehearse ? evidence.speed : 1;
  const before = graphsOf(stacks, 0);
  const count = figures.provisioners === "external" ? figures.externalProvisioners.count : 0;
  const after = graphsOf(stacks, count);
  const load = { runner: runner === "network", generators };
  const minutes = estimateMinutes(architecture, figures);
  const durations = chooseDurations({
    records: evidence.records,
    architecture: architecture.name,
    bootstrapMinutes: minutes.bootstrap,
    isOnMachine: architecture.carriedBy === "one-machine" || architecture.carriedBy === "machine-each",
    ...{ speed, isTwin: rehearse },
  });
  const recorded = recordedProvision(evidence.records, { size, rehearse, speed });
  return {
    schemaVersion: 1,
    architecture: architecture.name,
    size: size.name,
    overrides: size.overrides,
    cloud: architecture.cloud,
    ...{ region: place.region, zone: place.zone },
    simulated: rehearse,
    ...(rehearse ? { speed } : {}),
    stacks: stacks.map(({ name }) => name),
    resources: countKinds(after, "managed"),
    dataSources: countKinds(after, "data"),
    madeByOthers: listMadeByOthers(architecture, figures, load),
    provisioning: planProvisioning(appliesOf(before, after), durations),
    ...(recorded === undefined ? {} : { recordedProvision: recorded }),
    afterwards: restOfRun(expectRunTime(architecture, figures)),
    quota: quotaOf(architecture, figures, generators),
    ...(architecture.cloud === "kubernetes" ? { requests: plannedRequests(settings) } : {}),
    permissions: plannedPermissions(architecture, figures, runner),
    cost: {
      run: estimateCost(architecture, figures, { region: place.region, ...load }),
      month: standingPerMonth(architecture, figures, { region: place.region }),
    },
  };
}

/** The requests of the pods that a run in the user's own cluster makes, as the preflight compares them with its nodes. */
function plannedRequests({ size, tls, runner }: RunSettings): NonNullable<PlanDocument["requests"]> {
  const parts = runner === "job" ? generatorPods({ size, tls: tls !== "off" }) : 0;
  return requestsOf(size.figures, { parts }).filter(({ pods }) => pods > 0);
}

/** The variable by which a stack has external provisioners: 0 before Coder can give them a key. */
const PROVISIONERS = "provisioners";

function graphsOf(stacks: readonly DraftedStack[], provisioners: number): readonly StackGraph[] {
  return stacks.map(({ name, json }) => readStackGraph(name, json, { [PROVISIONERS]: provisioners }));
}

/** The applies before the bootstrap, and those after it that add what was not there before. */
function appliesOf(
  before: readonly StackGraph[],
  after: readonly StackGraph[],
): Parameters<typeof planProvisioning>[0] {
  const instancesBefore = new Map(
    before.flatMap(({ stack, nodes }) =>
      nodes.map(({ address, instances = 1 }) => [`${stack} ${address}`, instances] as const),
    ),
  );
  const first = before.map((graph): Apply => ({ graph, creates: ({ instances = 1 }) => instances }));
  const second = after.flatMap((graph): readonly Apply[] => {
    const creates: Apply["creates"] = ({ address, instances = 1 }) =>
      instances - (instancesBefore.get(`${graph.stack} ${address}`) ?? 0);
    return graph.nodes.some((node) => creates(node) > 0) ? [{ graph, creates }] : [];
  });
  return { first, second };
}

/** The phases of a run after the bootstrap. */
function restOfRun({ phases, assumptions }: ExpectedTime): ExpectedTime {
  const rest = phases.filter(({ phase }) => phase !== "provision" && phase !== "bootstrap");
  return { phases: rest, totalSeconds: rest.reduce((sum, { seconds }) => sum + seconds, 0), assumptions };
}

/** The newest record of this size whose provision was complete. Of a twin, another speed is another duration. */
function recordedProvision(
  records: readonly RunRecord[],
  { size, rehearse, speed }: Pick<RunSettings, "size" | "rehearse"> & { readonly speed: number },
): PlanDocument["recordedProvision"] {
  const own = records.filter(
    ({ architecture, size: name, simulated, provenance, cloud }) =>
      architecture === size.architecture &&
      name === size.name &&
      simulated === rehearse &&
      cloud?.emulated !== true &&
      (!rehearse || provenance.rehearsal?.speed === speed),
  );
  for (const record of own.toReversed()) {
    const seconds = findStageSeconds(record, "provision");
    const { runId, startedAt, simulated } = record;
    if (seconds !== undefined) return { runId, date: startedAt.slice(0, 10), seconds, simulated };
  }
  return undefined;
}
