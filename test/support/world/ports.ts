import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { RefbenchError } from "../../../harness/tools/error.ts";
import type { Inventory, InventoryAnswer, InventoryItem } from "../../../harness/model/ports/inventory.ts";
import type { WorkerRunner } from "../../../harness/model/ports/worker.ts";
import type { LoadTask } from "../../../harness/model/ports/worker-task.ts";
import type { Terraform } from "../../../harness/model/ports/terraform.ts";
import type { Ports } from "../../../harness/pipeline/context/context.ts";
import { terraformSecrets } from "../../../harness/composition/terraform-secrets.ts";
import { goodLoadOf } from "./good-load.ts";
import type { InventoryFaults } from "./faults.ts";
import type { World } from "./world.ts";
import type { LoadResult, DrainResult } from "../../../harness/model/record/worker-result.ts";

const SCOPE = "simulated cloud";

/** A process that uses a world, as far as its ports must know it. */
export interface WorldUser {
  /** A place at which the process may die. */
  boundary(): void;
  /** A place at which it may die or stand still. */
  gate(): Promise<void>;
  readonly isDead: boolean;
  readonly isReplaced: boolean;
}

/** The ports of one simulated process: each call is a boundary at which it may die, be signalled or be stopped. */
export function portsOf(world: World, process: WorldUser): Ports {
  const gate = (): Promise<void> => {
    world.passBoundary();
    return process.gate();
  };
  const destructive = (): void => {
    if (process.isReplaced && !process.isDead) world.fencedActs += 1;
  };
  return {
    clock: {
      now: () => {
        process.boundary();
        world.passBoundary();
        return world.clock.now();
      },
      elapsed: () => {
        process.boundary();
        return world.clock.elapsed();
      },
      sinceBoot: () => world.clock.sinceBoot(),
      sleep: async (ms, signal) => {
        await gate();
        await world.clock.sleep(ms, signal);
        process.boundary();
      },
    },
    terraform: terraformOf(world, gate, destructive),
    childEnv: {},
    synthesize: async ({ directory }) => {
      await gate();
      for (const { name } of world.environment.stacks)
        await mkdir(join(directory, name), { recursive: true });
      await gate();
      return world.environment.stacks;
    },
    terraformSecrets,
    readTemplate: async () => {
      await gate();
      return { "main.tf": "" };
    },
    checks: async () => {
      await gate();
      return [];
    },
    worker: workerOf(world, gate, destructive),
    inventory: inventoryOf(world, gate, destructive, () => process.isReplaced),
    settle: { quietMs: 1_000, controllersMs: 10_000, pollMs: 100 },
    selfAudit: () => undefined,
    assess: () => ({}),
    compare: () => ({ figures: [] }),
    judge: (objectives, measurements) =>
      objectives.map(({ name, description, threshold }) => ({
        name,
        description,
        threshold,
        met: measurements !== undefined && measurements.workspaces.failed === 0,
      })),
    spawnReaper: () => {
      throw new Error("reapers of a simulated run are started by its schedule");
    },
  };
}

function terraformOf(world: World, gate: () => Promise<void>, destructive: () => void): Terraform {
  return {
    version: async () => {
      await gate();
      return { version: "1.11.4", path: "/usr/bin/terraform" };
    },
    init: async (directory) => {
      await gate();
      world.enter(directory);
      await mkdir(join(directory, ".terraform"), { recursive: true });
    },
    apply: async (directory, { signal, onProgress }) => {
      const onDone = (kind: string): void =>
        onProgress?.({ address: `${kind}.own`, action: "create", state: "complete" });
      return { add: await world.apply(directory, { gate, signal, onDone }), change: 0, remove: 0 };
    },
    destroy: async (directory, { signal, onProgress }) => {
      destructive();
      const onDone = (kind: string): void =>
        onProgress?.({ address: `${kind}.own`, action: "delete", state: "complete" });
      return { add: 0, change: 0, remove: await world.destroy(directory, { gate, signal, onDone }) };
    },
    output: async (directory) => {
      await gate();
      return directory.endsWith("gke-coder")
        ? {
            coder_url: "http://127.0.0.1:7080",
            template_variables: { namespace: "coder-workspaces" },
            coder_namespace: "coder",
            workspace_namespace: "coder-workspaces",
            coder_release: "coder",
            coder_chart_version: "2.31.0",
          }
        : {};
    },
    working: () => undefined,
    stateList: async () => {
      await gate();
      return [];
    },
  };
}

function inventoryOf(
  world: World,
  gate: () => Promise<void>,
  destructive: () => void,
  isReplaced: () => boolean,
): Inventory {
  return {
    list: async () => {
      await gate();
      world.tick();
      const { answered, lied } = world;
      const answer = answerOf(world);
      // A verdict is its writer's: what a reaper heard after another had taken its place does not bear on it.
      if (isReplaced()) [world.answered, world.lied] = [answered, lied];
      await gate();
      return answer;
    },
    remove: async ({ id }) => {
      destructive();
      await gate();
      world.tick();
      world.clock.advance(world.environment.pace.removeMs);
      if (world.throttled < world.faults.inventory.throttledRemoves) {
        world.throttled += 1;
        return { state: "throttled", reason: "429: slow down" };
      }
      const outcome = world.cloud.remove(id);
      await gate();
      return outcome;
    },
  };
}

function answerOf(world: World): InventoryAnswer {
  world.lists += 1;
  const { failing } = world.faults.inventory;
  const items = world.cloud.items();
  const isWell =
    failing === undefined ||
    world.inventoryRecovered ||
    world.lists < failing.nth ||
    world.lists >= failing.nth + failing.times;
  world.lied = !isWell && isLie(failing.how);
  world.everLied ||= world.lied;
  world.answered = isWell || world.lied;
  if (world.lied) return lieOf(failing?.how === "empty" ? [] : items);
  if (failing !== undefined && !world.answered) {
    const half = items.slice(0, Math.floor(items.length / 2));
    return {
      state: "failed",
      scope: SCOPE,
      reason: `503 from ${failing.how === "partial" ? "one of its parts" : "the inventory"}`,
      partial: failing.how === "partial" ? half : [],
    };
  }
  if (world.destroysAsked > 0 && items.length === 0) world.plant("empty-answer");
  return { state: "complete", scope: SCOPE, kinds: [], items };
}

function isLie(how: NonNullable<InventoryFaults["failing"]>["how"]): boolean {
  return how === "empty" || how === "lies";
}

/** Calls itself complete, misses every other thing, and shows one that does not exist; of nothing, shows nothing. */
function lieOf(items: readonly InventoryItem[]): InventoryAnswer {
  const shown = items.filter((_, index) => index % 2 === 0);
  const stranger = { id: "stranger", kind: "google_compute_disk", name: "stranger", labels: {} };
  return {
    state: "complete",
    scope: SCOPE,
    kinds: [],
    items: shown.length === 0 ? [] : [...shown, stranger],
  };
}

function workerOf(world: World, gate: () => Promise<void>, destructive: () => void): WorkerRunner {
  return {
    bootstrap: async (_, { signal }) => {
      await gate();
      return {
        stopped: signal.aborted,
        token: "planted-token",
        organizationId: "o",
        templateId: "t",
        templateVersionId: "v",
        deploymentId: "d",
        coderVersion: "2.31.0",
        replicas: 1,
        provisionerDaemons: 2,
      };
    },
    issueKey: async (_, { signal }) => {
      await gate();
      return { stopped: signal.aborted, id: "k", secret: "planted-provisioner-key" };
    },
    load: async (task, { signal }) => {
      await gate();
      return load(world, task, gate, signal);
    },
    drain: async () => {
      destructive();
      await gate();
      return drain(world, gate);
    },
  };
}

/** Makes each workspace, and deletes those that it does not leave to the drain. */
async function load(
  world: World,
  task: LoadTask,
  gate: () => Promise<void>,
  signal: AbortSignal,
): Promise<LoadResult> {
  for (let index = 0; index < task.workspaces && !signal.aborted; index += 1) {
    for (const thing of world.environment.workspaceThings(index)) {
      await gate();
      world.clock.advance(world.environment.pace.workspaceThingMs);
      world.create(thing);
    }
    world.workspaces.add(index);
  }
  world.plant("load");
  const deleted = world.environment.leftByLoad === "one" ? task.workspaces - 1 : 0;
  for (let index = 0; index < deleted && !signal.aborted; index += 1) {
    await gate();
    removeWorkspace(world, index);
  }
  await gate();
  return { ...goodLoadOf(task), stopped: signal.aborted };
}

async function drain(world: World, gate: () => Promise<void>): Promise<DrainResult> {
  if (!world.cloud.has(world.environment.coder))
    throw new RefbenchError("coder", "connect ECONNREFUSED 127.0.0.1:7080");
  let deleted = 0;
  for (const index of [...world.workspaces].filter((one) => isThere(world, one))) {
    await gate();
    removeWorkspace(world, index);
    deleted += 1;
  }
  return { stopped: false, deleted, remaining: [] };
}

/** A workspace goes with its cluster too. */
function isThere(world: World, index: number): boolean {
  const last = world.environment.workspaceThings(index).at(-1);
  return last === undefined || world.cloud.has(last.id);
}

function removeWorkspace(world: World, index: number): void {
  world.cloud.remove(`pod-${index}`);
  world.cloud.remove(`claim-${index}`);
  // If the cloud refuses to delete its pod, a workspace remains.
  if (!world.cloud.has(`pod-${index}`)) world.workspaces.delete(index);
}
