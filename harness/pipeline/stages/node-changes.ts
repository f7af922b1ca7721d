import { z } from "zod";
import type { ClusterNode, NodesAnswer } from "../../model/ports/cluster.ts";
import type { StageContext } from "../context/context.ts";
import { readJson, writeJson } from "../../tools/files/json-file.ts";
import { provisionResult } from "./provision.ts";

/** How the nodes changed during a load, as a condition of its record; absent if nothing changed. */
export const nodesResult = z.object({ condition: z.string().optional() });

/** How many node names a condition lists. */
const NAMES = 3;

/** Runs a load, and stores whether the cluster's nodes changed between its start and its end. */
export async function watchNodes<Result>(
  context: StageContext,
  load: () => Promise<Result>,
): Promise<Result> {
  const { folder, ports, signal } = context;
  const { place } = await readJson(folder.result("provision"), provisionResult);
  if (ports.cluster === undefined || place?.cluster === undefined) return load();
  const cluster = ports.cluster({ ...place, cluster: place.cluster });
  const before = await cluster.nodes(signal);
  const result = await load();
  if (signal.aborted) return result;
  const condition = nodesCondition(before, await cluster.nodes(signal));
  await writeJson(folder.result("nodes"), {
    ...(condition === undefined ? {} : { condition }),
  } satisfies z.infer<typeof nodesResult>);
  return result;
}

/** The difference of the two listings, as a sentence; undefined if all nodes are the same. */
export function nodesCondition(before: NodesAnswer, after: NodesAnswer): string | undefined {
  for (const answer of [before, after])
    if (answer.state === "unknown") return `nodes: not compared before and after the load: ${answer.reason}`;
  const [old, now] = [byName(before), byName(after)];
  const changes = [
    changed(
      "replaced",
      [...old.values()].filter(({ name, uid }) => isAnother(now.get(name)?.uid, uid)),
    ),
    changed(
      "gone",
      [...old.values()].filter(({ name }) => !now.has(name)),
    ),
    changed(
      "new",
      [...now.values()].filter(({ name }) => !old.has(name)),
    ),
    changed(
      "on another processor",
      [...old.values()].filter(({ name, uid, cpuPlatform }) => {
        const same = now.get(name);
        return same?.uid === uid && isAnother(same.cpuPlatform, cpuPlatform);
      }),
    ),
  ].flat();
  if (changes.length === 0) return undefined;
  return `nodes: changed during the load, and the figures include that (${old.size} before): ${changes.join("; ")}`;
}

function byName(answer: NodesAnswer): ReadonlyMap<string, ClusterNode> {
  const nodes = answer.state === "seen" ? answer.nodes : [];
  return new Map(nodes.map((node) => [node.name, node]));
}

function isAnother(now: string | undefined, before: string | undefined): boolean {
  return now !== undefined && now !== before;
}

function changed(how: string, nodes: readonly ClusterNode[]): readonly string[] {
  if (nodes.length === 0) return [];
  const names = nodes.slice(0, NAMES).map(({ name }) => name);
  const more = nodes.length > NAMES ? ` and ${nodes.length - NAMES} more` : "";
  return [`${nodes.length} ${how} (${names.join(", ")}${more})`];
}
