import { access } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { messageOf, RefbenchError } from "../../tools/error.ts";
import { type FailureKind, failureKindOf } from "../../model/cloud/terraform-failure.ts";
import { seenIn } from "../../model/ports/listing.ts";
import { namePrefix } from "../../model/run-id.ts";
import type { TerraformProgress } from "../../model/ports/terraform.ts";
import { askInventory, askPatiently, noteSeen } from "../context/ask-inventory.ts";
import { awaitControllers, awaitVolumes } from "./await-controllers.ts";
import type { StageContext } from "../context/context.ts";
import { countingOptions, countResources } from "../folder/resource-counts.ts";
import { salvageJson } from "../../tools/files/json-file.ts";
import { CLUSTER_STACK, withTerraform } from "./stack-terraform.ts";
import { listStacks, wasTouched } from "../list-stacks.ts";
import { noteAdoptedStrays } from "../strays.ts";
import { synthesizeInto } from "./provision.ts";
import { isLeaseHeld } from "../lease/lease.ts";
import { countOf } from "../../tools/count-text.ts";

/**
 * Waits before a failed destroy is retried, by the kind of failure, in polls of the settle times. On a real
 * cloud a poll is 5 s, so resources in use are retried after 30 s, 1, 2 and 4 minutes. Each kind has its own
 * retries.
 */
const WAITS: Readonly<Record<FailureKind, readonly number[]>> = {
  "in-use": [6, 12, 24, 48],
  unreachable: [6, 12],
  other: [2, 4],
};

/**
 * AWS deletes these within seconds unless something uses them. Its provider then retries for 15 to 20
 * minutes, in vain when a killed apply's state does not name the user.
 */
const RETRIED_BY_PROVIDER = /^aws_(vpc|subnet|security_group|internet_gateway)\./;
const FUTILE_SECONDS = 120;

/** Kinds of clusters: once they are gone, nothing inside can be asked any more. */
const CLUSTER_KINDS: ReadonlySet<string> = new Set(["google_container_cluster", "aws_eks_cluster"]);

/**
 * Destroys the stacks in reverse order. Around a stack in a cluster, waits until resources of controllers are
 * gone.
 */
export async function destroy(context: StageContext): Promise<string> {
  const { folder, journal, report, environment } = context;
  const order =
    (await salvageJson(folder.result("stacks"), z.array(z.string()))) ?? (await listStacks(folder));
  await synthesizeMissing(context, order);
  const { entries } = await journal.read();
  const intended = new Set(
    entries.flatMap((entry) => (entry.type === "stack-intent" && entry.act === "apply" ? [entry.stack] : [])),
  );
  // First: an inventory that sees nothing now cannot prove later that nothing remains.
  if (intended.size > 0) await noteSeen(context, await askPatiently(context));
  const others = await describeOthers(context);
  const failed: string[] = [];
  for (const stack of order.toReversed()) {
    // A state in a bucket leaves no trace here: only the journal knows of it, and it may be lost.
    const mayExist = intended.has(stack) || environment.stateBucket != null;
    if (!mayExist && !(await wasTouched(folder.stack(stack)))) continue;
    if (await livesInGoneCluster(context, stack)) {
      report({
        type: "note",
        level: "info",
        message: `${stack}: skipped, because its cluster is gone`,
      });
      continue;
    }
    if (others !== undefined) {
      const message = `${stack} is not destroyed, because that would destroy what others put into its namespaces (${others}): move or delete it, then run "refbench teardown ${context.plan.runId}"; the sweep removes what the run made`;
      report({ type: "note", level: "warning", message });
      failed.push(stack);
      continue;
    }
    const isInCluster = stack.endsWith(CLUSTER_STACK);
    if (isInCluster && !isDestroyed(entries, stack)) await awaitVolumes(context);
    try {
      await destroyStack(context, stack);
    } catch (error) {
      if (context.signal.aborted || isLeaseHeld(error)) throw error;
      report({
        type: "note",
        level: "warning",
        message: `${stack} could not be destroyed completely, the sweep removes the rest: ${messageOf(error)}`,
      });
      failed.push(stack);
    }
    // If the cluster itself was destroyed, its controllers cannot remove anything any more.
    if (isInCluster) await awaitControllers(context);
  }
  const counts = await countResources(folder, (await journal.read()).entries, "destroy");
  const removed = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const words = `${countOf(removed, "resource")} destroyed`;
  return failed.length === 0 ? words : `${words}, ${failed.join(" and ")} not completely`;
}

/**
 * What others have in the run's namespaces of a cluster that the run only uses; undefined if nothing. A namespace that
 * the run did not make is in no stack.
 */
async function describeOthers(context: StageContext): Promise<string | undefined> {
  const { plan } = context;
  if (plan.cloud?.provider !== "kubernetes") return undefined;
  const answer = await askPatiently(context);
  const own = new Set(["coder", "workspaces", "load"].map((role) => `${namePrefix(plan.runId)}-${role}`));
  const held = seenIn(answer).flatMap(({ kind, name, doubtful }) =>
    kind === "kubernetes_namespace_v1" && own.has(name) && doubtful !== undefined
      ? [`${name}: ${doubtful}`]
      : [],
  );
  return held.length === 0 ? undefined : held.join("; ");
}

/** Whether an earlier destroy removed the whole stack, including its disk driver. */
function isDestroyed(entries: Entries, stack: string): boolean {
  const last = entries.findLast((entry) => entry.type === "stack-outcome" && entry.stack === stack);
  return last?.type === "stack-outcome" && last.act === "destroy" && last.ok;
}

type Entries = Awaited<ReturnType<StageContext["journal"]["read"]>>["entries"];

async function destroyStack(context: StageContext, stack: string): Promise<void> {
  const { folder, ports, journal, signal, report } = context;
  const directory = folder.stack(stack);
  const failed: Record<FailureKind, number> = { "in-use": 0, unreachable: 0, other: 0 };
  for (;;) {
    await context.checkLease();
    await journal.append({ type: "stack-intent", stack, act: "destroy" });
    let counted = (): number => 0;
    const mayMiss = mayMissResources((await journal.read()).entries, stack);
    const futile = new AbortController();
    try {
      const { remove } = await withTerraform(context, stack, async (given) => {
        const counting = countingOptions(given, "destroy");
        counted = counting.counted;
        const { options } = counting;
        await ports.terraform.init(directory, options);
        // The init may have waited long for a Terraform that a killed process left.
        await context.checkLease();
        await noteAdoptedStrays(context, stack);
        await seeOnce(context);
        return ports.terraform.destroy(directory, {
          ...options,
          signal: AbortSignal.any([options.signal, futile.signal]),
          onProgress: (progress) => {
            options.onProgress?.(progress);
            if (mayMiss && isFutile(progress)) futile.abort(progress.address);
          },
          // A data source whose object is gone fails every refresh: the last attempt uses only the state.
          refresh: failed.other < WAITS.other.length,
          onPlanned: (summary) => report({ type: "terraform.planned", stack, summary }),
        });
      });
      const resources = Math.max(remove, counted());
      await journal.append({ type: "stack-outcome", stack, act: "destroy", ok: true, resources });
      return;
    } catch (error) {
      const resources = counted();
      await journal.append({ type: "stack-outcome", stack, act: "destroy", ok: false, resources });
      const kind = failureKindOf(error);
      const polls = WAITS[kind][failed[kind]];
      if (signal.aborted || polls === undefined) throw error;
      if (futile.signal.aborted) {
        const message = `${String(futile.signal.reason)} did not go within ${FUTILE_SECONDS} s: something uses it that the state of a killed apply does not name`;
        throw new RefbenchError("infrastructure", message, { cause: error });
      }
      if (mayMiss && kind === "in-use") throw error;
      failed[kind] += 1;
      const waitMs = polls * ports.settle.pollMs;
      if (kind === "in-use") {
        const message = `${stack}: some of it is still in use; retrying the destroy in ${Math.ceil(waitMs / 1_000)} s`;
        report({ type: "note", level: "info", message });
      }
      await ports.clock.sleep(waitMs, signal);
    }
  }
}

/** A Terraform that a killed process left may have made everything after the inventory was first asked. */
async function seeOnce(context: StageContext): Promise<void> {
  const { entries } = await context.journal.read();
  if (entries.some(({ type }) => type === "inventory-seen")) return;
  await noteSeen(context, await askPatiently(context));
}

function isFutile({ address, action, state, elapsedSeconds = 0 }: TerraformProgress): boolean {
  return (
    action === "delete" &&
    state === "progress" &&
    elapsedSeconds >= FUTILE_SECONDS &&
    RETRIED_BY_PROVIDER.test(address)
  );
}

/**
 * Whether an apply was killed midway and nothing was swept since. Then the state may miss what keeps the rest
 * in use, such as a cluster that is being made. Waiting is futile: the sweep finds it, and the destroy is
 * repeated.
 */
function mayMissResources(entries: Entries, stack: string): boolean {
  const last = entries.findLast(
    (entry) =>
      (entry.type === "stack-intent" || entry.type === "stack-outcome") &&
      entry.stack === stack &&
      entry.act === "apply",
  );
  const swept = entries.some((entry) => entry.type === "stage-outcome" && entry.stage === "sweep");
  return last?.type === "stack-intent" && !swept;
}

/**
 * Synthesizes the stacks of a restored folder, which has states but no stacks, with this version of refbench.
 */
async function synthesizeMissing(context: StageContext, stacks: readonly string[]): Promise<void> {
  const { folder, report, signal } = context;
  const has = await Promise.all(
    stacks.map((stack) =>
      access(join(folder.stack(stack), "cdk.tf.json")).then(
        () => true,
        () => false,
      ),
    ),
  );
  if (has.every(Boolean)) return;
  try {
    await synthesizeInto(context);
  } catch (error) {
    if (signal.aborted) throw error;
    const message = `the stacks could not be synthesized again, the sweep removes their resources: ${messageOf(error)}`;
    report({ type: "note", level: "warning", message });
  }
}

/** Whether this stack is in a cluster that the inventory no longer lists. */
async function livesInGoneCluster(context: StageContext, stack: string): Promise<boolean> {
  if (!stack.endsWith(CLUSTER_STACK)) return false;
  const { entries } = await context.journal.read();
  const clusterWasMade = entries.some(
    (entry) => entry.type === "stack-outcome" && entry.act === "apply" && entry.ok && entry.stack !== stack,
  );
  if (!clusterWasMade) return false;
  const answer = await askInventory(context);
  return answer.state === "complete" && !answer.items.some(({ kind }) => CLUSTER_KINDS.has(kind));
}
