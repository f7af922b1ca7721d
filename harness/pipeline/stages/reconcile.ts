import { join } from "node:path";
import type { StageContext } from "../context/context.ts";
import type { StoredEntry } from "../folder/journal.ts";
import { countResources } from "../folder/resource-counts.ts";
import { CLUSTER_STACK } from "./stack-terraform.ts";
import { listStacks, wasTouched } from "../list-stacks.ts";
import { sweptIn } from "./sweep.ts";
import { listStrays } from "../strays.ts";
import { findNamedResources, isSame } from "../terraform-state.ts";

/** A namespace of a cluster as a Terraform type. */
const NAMESPACE_KIND = "kubernetes_namespace_v1";

/**
 * Contradictions to an inventory that answered "nothing remains", one sentence each:
 * - a stack whose destroy failed and whose state still names something that no sweep removed,
 * - a Terraform that still works,
 * - an inventory that never saw anything of a run that created something,
 * - an inventory that omits something it once listed and nothing deleted.
 */
export async function findDisagreements(context: StageContext): Promise<readonly string[]> {
  const { folder, journal } = context;
  const { entries } = await journal.read();
  const stacks = await touchedStacks(context, entries);
  const working = stacks.flatMap((stack) => {
    const pid = context.ports.terraform.working(folder.stack(stack));
    return pid === undefined
      ? []
      : [`${stack}: a Terraform (process ${pid}) still works on it and may create more`];
  });
  const inClouds = stacks.filter((stack) => !stack.endsWith(CLUSTER_STACK));
  const found = await Promise.all(inClouds.map((stack) => findDisagreement(context, stack, entries)));
  const clouds = found.filter((sentence) => sentence !== undefined);
  // If the cluster itself is gone, nothing in it remains.
  const isClusterGone = inClouds.length > 0 && clouds.length === 0;
  const inClusters = isClusterGone ? [] : stacks.filter((stack) => stack.endsWith(CLUSTER_STACK));
  const others = await Promise.all(inClusters.map((stack) => findDisagreement(context, stack, entries)));
  const created = [...(await countResources(folder, entries, "apply")).values()].reduce((a, b) => a + b, 0);
  const isBlind = created > 0 && !entries.some(({ type }) => type === "inventory-seen");
  return [
    ...working,
    ...clouds,
    ...others.filter((sentence) => sentence !== undefined),
    ...(isBlind
      ? [
          `the inventory never saw anything of this run, which created ${created} resources: check that it asks the same project or account, with a credential that may list`,
        ]
      : []),
    ...listStrays(entries).map(
      ({ kind, name }) =>
        `the inventory once listed ${kind} ${name}, which no Terraform state names and nothing deleted: find it in the cloud's console and delete it there`,
    ),
  ];
}

async function touchedStacks(
  { folder }: StageContext,
  entries: readonly StoredEntry[],
): Promise<readonly string[]> {
  const intended = entries.flatMap((entry) =>
    entry.type === "stack-intent" && entry.act === "apply" ? [entry.stack] : [],
  );
  const present = await Promise.all(
    (await listStacks(folder)).map(async (stack) => ((await wasTouched(folder.stack(stack))) ? [stack] : [])),
  );
  return [...new Set([...intended, ...present.flat()])];
}

async function findDisagreement(
  { folder, environment }: StageContext,
  stack: string,
  entries: readonly StoredEntry[],
): Promise<string | undefined> {
  if (isDestroyed(entries, stack)) return undefined;
  const failed = `${stack}: its destroy did not succeed`;
  // A state in a bucket cannot be read here.
  if (environment.stateBucket != null) return `${failed}, and its state is in a bucket`;
  const named = await findNamedResources(join(folder.stack(stack), "terraform.tfstate"));
  if (named === undefined) return `${failed}, and its state cannot be read`;
  const swept = sweptIn(entries);
  // Everything in a namespace went with it.
  const emptied = new Set(swept.filter(({ kind }) => kind === NAMESPACE_KIND).map(({ name }) => name));
  const left = named.filter(
    (resource) => !emptied.has(resource.namespace ?? "") && !swept.some((item) => isSame(resource, item)),
  );
  if (left.length === 0) return undefined;
  const examples = left.slice(0, 3).map(({ address }) => address);
  return `${failed}, and its state still names ${left.length} that no sweep removed: ${examples.join(", ")}`;
}

/** Whether the stack's last act was a destroy that succeeded. */
function isDestroyed(entries: readonly StoredEntry[], stack: string): boolean {
  const last = entries.findLast(
    (entry) => (entry.type === "stack-outcome" || entry.type === "stack-intent") && entry.stack === stack,
  );
  return last?.type === "stack-outcome" && last.act === "destroy" && last.ok;
}
