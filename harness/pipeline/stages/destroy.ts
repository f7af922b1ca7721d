import { access } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { messageOf, RefbenchError } from "../../tools/error.ts";
import { type FailureKind, failureKindOf } from "../../model/cloud/terraform-failure.ts";
import type { TerraformProgress } from "../../model/ports/terraform.ts";
import { askInventory, noteSeen } from "../context/ask-inventory.ts";
import { awaitControllers, awaitVolumes } from "./await-controllers.ts";
import type { StageContext } from "../context/context.ts";
import { countingOptions, countResources } from "../folder/resource-counts.ts";
import { salvageJson } from "../../tools/files/json-file.ts";
import { CLUSTER_STACK, withTerraform } from "./stack-terraform.ts";
import { stacksIn, wasTouched } from "../stacks-in.ts";
import { noteTakenUp } from "../strays.ts";
import { synthesizeInto } from "./provision.ts";
import { isLeaseHeld } from "../lease/lease.ts";

/**
 * How long a failed destroy waits before it is tried again, by the kind of its failure, in polls of the settle times: 5 s
 * each on a real cloud, so that what is in use is asked again after 30 s, 1, 2 and 4 minutes. A kind spends only its own.
 */
const WAITS: Readonly<Record<FailureKind, readonly number[]>> = {
  "in-use": [6, 12, 24, 48],
  unreachable: [6, 12],
  other: [2, 4],
};

/**
 * What AWS deletes within seconds unless something uses it. Its provider then asks on for 15 to 20 minutes by itself, which
 * is in vain where the state of a killed apply misses the user.
 */
const ASKED_ON_BY_PROVIDER = /^aws_(vpc|subnet|security_group|internet_gateway)\./;
const VAIN_SECONDS = 120;

/** Kinds that hold what controllers make: once gone, nothing inside can be asked any more. */
const CLUSTER_KINDS: ReadonlySet<string> = new Set(["google_container_cluster", "aws_eks_cluster"]);

/** Destroys the stacks in reverse order, waiting around the one in the cluster for what controllers made to go. */
export async function destroy(context: StageContext): Promise<string> {
  const { folder, journal, report, environment } = context;
  const order = (await salvageJson(folder.result("stacks"), z.array(z.string()))) ?? (await stacksIn(folder));
  await synthesizeMissing(context, order);
  const { entries } = await journal.read();
  const intended = new Set(
    entries.flatMap((entry) => (entry.type === "stack-intent" && entry.act === "apply" ? [entry.stack] : [])),
  );
  // Before anything goes: an inventory that sees nothing now cannot say later that nothing is left.
  if (intended.size > 0) await noteSeen(context, await askInventory(context));
  const failed: string[] = [];
  for (const stack of order.toReversed()) {
    // A state in a bucket leaves no trace here: only the journal knows of it, and that may be lost.
    const mayExist = intended.has(stack) || environment.stateBucket != null;
    if (!mayExist && !(await wasTouched(folder.stack(stack)))) continue;
    if (await livesInGoneCluster(context, stack)) {
      report({
        type: "note",
        level: "info",
        message: `${stack}: its cluster is gone, so its stack is not asked`,
      });
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
        message: `${stack} could not be destroyed in full, the rest is left to the sweep: ${messageOf(error)}`,
      });
      failed.push(stack);
    }
    // Where the cluster itself went, nobody is left to take anything down.
    if (isInCluster) await awaitControllers(context);
  }
  const counts = await countResources(folder, (await journal.read()).entries, "destroy");
  const removed = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const words = removed === 1 ? "1 resource destroyed" : `${removed} resources destroyed`;
  return failed.length === 0 ? words : `${words}, ${failed.join(" and ")} not in full`;
}

/** Whether an earlier destroy took all of it, its disk driver included. */
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
    const misses = mayMissSome((await journal.read()).entries, stack);
    const vain = new AbortController();
    try {
      const { remove } = await withTerraform(context, stack, async (given) => {
        const counting = countingOptions(given, "destroy");
        counted = counting.counted;
        const { options } = counting;
        await ports.terraform.init(directory, options);
        // It may have waited long for a terraform that a killed process left.
        await context.checkLease();
        await noteTakenUp(context, stack);
        return ports.terraform.destroy(directory, {
          ...options,
          signal: AbortSignal.any([options.signal, vain.signal]),
          onProgress: (progress) => {
            options.onProgress?.(progress);
            if (misses && isInVain(progress)) vain.abort(progress.address);
          },
          // A data source whose object is gone fails every refresh: the last attempt goes by the state alone.
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
      if (vain.signal.aborted) {
        const message = `${String(vain.signal.reason)} did not go within ${VAIN_SECONDS} s: something uses it that the state of a killed apply does not name`;
        throw new RefbenchError("infrastructure", message, { cause: error });
      }
      if (misses && kind === "in-use") throw error;
      failed[kind] += 1;
      const waitMs = polls * ports.settle.pollMs;
      if (kind === "in-use") {
        const message = `${stack}: something of it is still in use; destroying it again in ${Math.ceil(waitMs / 1_000)} s`;
        report({ type: "note", level: "info", message });
      }
      await ports.clock.sleep(waitMs, signal);
    }
  }
}

function isInVain({ address, action, state, elapsedSeconds = 0 }: TerraformProgress): boolean {
  return (
    action === "delete" &&
    state === "progress" &&
    elapsedSeconds >= VAIN_SECONDS &&
    ASKED_ON_BY_PROVIDER.test(address)
  );
}

/**
 * Whether an apply was killed in its middle, and nothing was swept since. Then the state may miss what keeps the rest in
 * use, such as a cluster that is being made. Waiting would be in vain: the sweep finds it, and the destroy comes again.
 */
function mayMissSome(entries: Entries, stack: string): boolean {
  const last = entries.findLast(
    (entry) =>
      (entry.type === "stack-intent" || entry.type === "stack-outcome") &&
      entry.stack === stack &&
      entry.act === "apply",
  );
  const swept = entries.some((entry) => entry.type === "stage-outcome" && entry.stage === "sweep");
  return last?.type === "stack-intent" && !swept;
}

/** A folder that was restored has states and no stacks: they are written again, as this checkout writes them. */
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
    const message = `the stacks could not be written again, and what they hold is left to the sweep: ${messageOf(error)}`;
    report({ type: "note", level: "warning", message });
  }
}

/** Whether this stack lives in a cluster of which the inventory knows nothing any more. */
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
