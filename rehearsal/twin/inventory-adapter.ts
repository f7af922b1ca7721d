import { existsSync } from "node:fs";
import { messageOf, RefbenchError } from "../../harness/tools/error.ts";
import type { Inventory, InventoryItem } from "../../harness/model/ports/inventory.ts";
import { run12, type RunId } from "../../harness/model/run-id.ts";
import {
  findLabelledRun,
  isOfRun,
  readRunMark,
  refuseRemoval,
  type RunMark,
} from "../../harness/model/cloud/run-mark.ts";
import type { TwinItem } from "../inventory/item.ts";
import {
  endLostProcess,
  LOST_PROCESS,
  lostProcesses,
  processesOfTwin,
} from "../inventory/marked-processes.ts";
import { openStore, type TwinStore } from "../inventory/store.ts";
import { removeTwinItem } from "./cloud/remove.ts";
import { CONTROLLER_SECONDS } from "./controllers/seconds.ts";
import { DEFAULT_TWIN_SPEED } from "./speed.ts";
import { itemKinds } from "./item-kinds.ts";
import { findTwinId } from "./identity.ts";
import { inventoryFolder } from "./settings.ts";
import { TWIN_PROJECT } from "../../reference-architectures/twin-project.ts";

const SCOPE = `twin inventory of project ${TWIN_PROJECT}`;
/** A sweep's delete is done when it answers; controllers take their time all the same. */
const REMOVAL = { ms: 0, controllerMs: (CONTROLLER_SECONDS * 1000) / DEFAULT_TWIN_SPEED };

/**
 * The twin's inventory as the sweep and the audit ask it: independent of Terraform's state. With `id`, each answer
 * comes from that twin: another one at the same place, empty as it may be, does not speak for it.
 */
export function twinInventory(root: string, id?: string): Inventory {
  const open = (): TwinStore => {
    if (id !== undefined && findTwinId(root) !== id)
      throw new RefbenchError(
        "inventory",
        `the twin ${root} is not the one that this run was made in, so nothing can say what is left: move that one back there`,
      );
    return openStore(inventoryFolder(root));
  };
  /**
   * Without the inventory, the items of all processes are missing too; processes that still run can at least be ended.
   */
  const withoutTheirTwin = (runId: RunId | undefined): InventoryItem[] => {
    try {
      return existsSync(inventoryFolder(root)) ? [] : ofRun(lostProcesses(processesOfTwin(root), []), runId);
    } catch {
      return [];
    }
  };
  return {
    async list({ runId }) {
      try {
        return {
          state: "complete",
          scope: SCOPE,
          kinds: kinds(),
          items: ofRun(await all(root, open()), runId),
        };
      } catch (error) {
        return { state: "failed", scope: SCOPE, reason: messageOf(error), partial: withoutTheirTwin(runId) };
      }
    },
    async remove(item) {
      const refusal = refuseRemoval(item);
      if (refusal !== undefined) return { state: "denied", reason: refusal };
      try {
        if (item.kind === LOST_PROCESS)
          return { state: (await endLostProcess(root, item.id)) ? "removed" : "gone" };
        const removal = await removeTwinItem(open(), item.id, REMOVAL);
        return removal.state === "in-use"
          ? { state: "in-use", reason: `already being used by '${removal.by}'` }
          : removal;
      } catch (error) {
        return { state: "failed", reason: messageOf(error) };
      }
    },
  };
}

/**
 * Returns the inventory of the twin in a folder. Without a twin it lists only lost processes; no twin is made to ask
 * it.
 */
export function twinIfAny(root: string): Inventory {
  if (existsSync(inventoryFolder(root))) return twinInventory(root, findTwinId(root));
  const scope = "twin, which this folder does not have any more or yet";
  return {
    list({ runId }) {
      try {
        const items = ofRun(lostProcesses(processesOfTwin(root), []), runId);
        return Promise.resolve({ state: "complete", scope, kinds: [LOST_PROCESS], items });
      } catch (error) {
        return Promise.resolve({ state: "failed", scope, reason: messageOf(error), partial: [] });
      }
    },
    async remove({ id }) {
      return { state: (await endLostProcess(root, id)) ? "removed" : "gone" };
    },
  };
}

/** Everything that exists in the twin, whoever made it, with the processes that outlived what they were for. */
export function listTwin(root: string): Promise<TwinItem[]> {
  return all(root, openStore(inventoryFolder(root)));
}

async function all(root: string, store: TwinStore): Promise<TwinItem[]> {
  const processes = processesOfTwin(root);
  const items = await store.list();
  return sorted([...items, ...lostProcesses(processes, items)]);
}

function ofRun(items: readonly TwinItem[], runId: RunId | undefined): InventoryItem[] {
  const marks = readMarks(items);
  const ids = fullIds(items, runId);
  return items.flatMap((item) => {
    const mark = marks.get(item.key);
    if (runId !== undefined && (mark === undefined || !isOfRun(mark, runId))) return [];
    return [inventoryItem(item, mark, runId ?? (mark && ids.get(mark.run)))];
  });
}

function sorted(items: readonly TwinItem[]): TwinItem[] {
  return items.toSorted((a, b) => (a.key < b.key ? -1 : 1));
}

function kinds(): string[] {
  return [...itemKinds(), LOST_PROCESS].sort();
}

function inventoryItem(item: TwinItem, mark: RunMark | undefined, runId: RunId | undefined): InventoryItem {
  return {
    id: item.key,
    kind: item.kind,
    name: item.name,
    location: item.scope,
    labels: item.labels,
    ...(runId !== undefined && { runId }),
    ...(mark?.doubt !== undefined && { doubtful: mark.doubt.reason }),
    ...(item.origin === "controller" && { madeByController: true }),
    createdAt: item.createdAt,
  };
}

/** The run of each item: by its label, its name, what its maker knew, or what it lives in or uses. */
function readMarks(items: readonly TwinItem[]): Map<string, RunMark> {
  const byKey = new Map(items.map((item) => [item.key, item]));
  const marks = new Map<string, RunMark>();
  const find = (item: TwinItem, seen: ReadonlySet<string>): RunMark | undefined => {
    const known = marks.get(item.key);
    if (known !== undefined) return known;
    const maker = item.runId === undefined ? undefined : run12(item.runId);
    const own = readRunMark({ names: [item.name], labels: item.labels, place: maker });
    if (own !== undefined) return own;
    for (const key of [item.parent, item.owner, ...item.uses]) {
      const other = key === undefined || seen.has(key) ? undefined : byKey.get(key);
      const place = other === undefined ? undefined : find(other, new Set([...seen, item.key]))?.run;
      if (place !== undefined) return readRunMark({ names: [], labels: item.labels, place });
    }
    return undefined;
  };
  for (const item of items) {
    const mark = find(item, new Set());
    if (mark !== undefined) marks.set(item.key, mark);
  }
  return marks;
}

/** The full ids that items tell, by their last 12 characters. */
function fullIds(items: readonly TwinItem[], asked: RunId | undefined): ReadonlyMap<string, RunId> {
  const ids = items.flatMap(({ labels, runId }) => findLabelledRun(labels) ?? runId ?? []);
  return new Map([...ids, ...(asked === undefined ? [] : [asked])].map((id) => [run12(id), id]));
}
