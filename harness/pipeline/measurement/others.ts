import { messageOf } from "../../tools/error.ts";
import type { ClusterSight } from "../../model/ports/cluster-sight.ts";
import { type ClusterLook, sharedCluster, type SharedCluster } from "../../model/record/shared-cluster.ts";
import type { StageContext } from "../context/context.ts";
import { salvageJson, writeJson } from "../../tools/files/json-file.ts";

/** Limit for one look: a finished load must not wait long for a mere description. */
const LOOK_TIMEOUT_MS = 60_000;

/** Stores what else runs on a cluster that others use too, at this moment. Never fails its stage. */
export async function keepOthers(context: StageContext, when: ClusterLook["when"]): Promise<void> {
  const { folder, ports, signal, log } = context;
  if (ports.others === undefined || signal.aborted) return;
  const within = AbortSignal.any([signal, AbortSignal.timeout(LOOK_TIMEOUT_MS)]);
  const at = new Date(ports.clock.now()).toISOString();
  const sight: ClusterSight = await ports
    .others(within)
    .catch((error: unknown) => ({ state: "failed", reason: messageOf(error) }));
  const before = (await salvageJson(folder.result("others"), sharedCluster)) ?? NOTHING;
  // On a full disk its stage throws an error of its own, which must not be replaced by this one.
  await writeJson(folder.result("others"), withLook(before, { at, when }, sight)).catch((error: unknown) =>
    log(messageOf(error)),
  );
}

const NOTHING: SharedCluster = { nodes: [], looks: [], problems: [] };

/** A look that is repeated, as by a stage that runs again, replaces the one before. */
function withLook(
  { nodes, looks, problems }: SharedCluster,
  { at, when }: Pick<ClusterLook, "at" | "when">,
  sight: ClusterSight,
): SharedCluster {
  const others = looks.filter((look) => look.when !== when);
  if (sight.state === "failed")
    return { nodes, looks: others, problems: [...problems, `${when}: ${sight.reason}`] };
  const { useUnseen } = sight;
  const look = { at, when, others: [...sight.others], ...(useUnseen === undefined ? {} : { useUnseen }) };
  return { nodes: [...sight.nodes], looks: [...others, look], problems };
}

/** The nodes with the processor that the generator saw, where it ran on the only node: the API does not say it. */
export function withProcessor(cluster: SharedCluster, generatorCpu: string | undefined): SharedCluster {
  const [node, ...more] = cluster.nodes;
  if (node === undefined || more.length > 0 || generatorCpu === undefined) return cluster;
  return { ...cluster, nodes: [{ ...node, cpu: generatorCpu }] };
}
