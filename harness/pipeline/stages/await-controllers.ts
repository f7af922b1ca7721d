import type { InventoryItem } from "../../model/ports/inventory.ts";
import { seenIn } from "../../model/ports/listing.ts";
import { askInventory } from "../context/ask-inventory.ts";
import type { StageContext } from "../context/context.ts";
import { salvageJson } from "../../tools/files/json-file.ts";
import { storedDrainResult } from "./drain.ts";

/**
 * Volumes whose driver is a release of the stack in the cluster and goes with it. Google's driver is part of
 * the cluster.
 */
const VOLUMES_OF_STACK_DRIVERS: ReadonlySet<string> = new Set(["aws_ebs_volume"]);

/**
 * If a drain left workspaces, their volumes stay. Then each wait without progress is only this share of
 * the whole wait.
 */
const PART_WITHOUT_PROGRESS = 1 / 5;

/**
 * Waits for the volumes that the drain released. A volume goes some time after its claim, and only while its
 * driver lives.
 */
export async function awaitVolumes(context: StageContext): Promise<void> {
  const { folder, ports } = context;
  const drained = await salvageJson(folder.result("drain"), storedDrainResult);
  // Users and tokens hold no volumes.
  const isDrained = drained?.remaining.every(({ kind }) => kind === "user" || kind === "token") === true;
  await waitUntilGone(context, {
    awaits: ({ kind }) => VOLUMES_OF_STACK_DRIVERS.has(kind),
    withoutProgressMs: ports.settle.controllersMs * (isDrained ? 1 : PART_WITHOUT_PROGRESS),
  });
}

/**
 * Waits for resources that controllers made without Terraform. They go some time after their Kubernetes
 * object, but only while the cluster lives: destroying the cluster first would leave them for ever. Volumes
 * without a driver never go; the sweep removes them.
 */
export async function awaitControllers(context: StageContext): Promise<void> {
  await waitUntilGone(context, {
    awaits: ({ kind }) => !VOLUMES_OF_STACK_DRIVERS.has(kind),
    withoutProgressMs: context.ports.settle.controllersMs,
  });
}

interface Wait {
  readonly awaits: (item: InventoryItem) => boolean;
  /** Waiting ends after this long without progress, and at the latest after `controllersMs`. Milliseconds. */
  readonly withoutProgressMs: number;
}

async function waitUntilGone(context: StageContext, { awaits, withoutProgressMs }: Wait): Promise<void> {
  const { ports, signal, report } = context;
  const { clock, settle } = ports;
  const giveUpAt = clock.elapsed() + settle.controllersMs;
  let fewest = Infinity;
  let progressAt = clock.elapsed();
  for (;;) {
    const answer = await askInventory(context);
    const waitingFor = seenIn(answer).filter((item) => item.madeByController === true && awaits(item));
    if (answer.state === "complete" && waitingFor.length === 0) return;
    if (answer.state === "complete" && waitingFor.length < fewest) {
      fewest = waitingFor.length;
      progressAt = clock.elapsed();
    }
    if (clock.elapsed() >= Math.min(giveUpAt, progressAt + withoutProgressMs)) {
      const names = waitingFor.slice(0, 3).map(({ kind, name }) => `${kind} ${name}`);
      const message =
        answer.state === "failed"
          ? `it is not known whether the controllers' resources are gone (${answer.reason}): the sweep removes them`
          : `resources of controllers did not go automatically, the sweep removes them: ${names.join(", ")}`;
      report({ type: "note", level: "warning", message });
      return;
    }
    await clock.sleep(settle.pollMs, signal);
  }
}
