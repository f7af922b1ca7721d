import { expect, test } from "vitest";
import { openContext } from "../../../../harness/pipeline/context/context.ts";
import { runStage } from "../../../../harness/pipeline/context/run-stage.ts";
import { RUN_STAGE_FUNCTIONS } from "../../../../harness/pipeline/driver/run.ts";
import { destroy } from "../../../../harness/pipeline/stages/destroy.ts";
import { drain } from "../../../../harness/pipeline/stages/drain.ts";
import { FakeWorld, type Mishaps } from "../../../support/world/fake-world.ts";

const LONG_MS = 10_000;

interface Seen {
  readonly stack: string;
  readonly atMs: number;
  /** The items that still existed when the destroy of this stack began. */
  readonly items: readonly string[];
}

/** Drains and destroys a fake world in which a controller's item disappears after a while, or never. */
async function tornDown(kind: string, goesAfterMs: number, mishaps: Mishaps = {}) {
  const world = new FakeWorld(mishaps);
  const folder = await world.makeRun();
  const base = world.ports();
  const destroys: Seen[] = [];
  let goesAtMs = Infinity;
  const ports = world.ports({
    terraform: {
      ...base.terraform,
      destroy: (directory, options) => {
        const stack = directory.slice(directory.lastIndexOf("/") + 1);
        destroys.push({ stack, atMs: world.clock.now(), items: [...world.items.keys()] });
        return base.terraform.destroy(directory, options);
      },
    },
    inventory: {
      ...base.inventory,
      list: (query, signal) => {
        if (world.clock.now() >= goesAtMs) world.items.delete("volume");
        return base.inventory.list(query, signal);
      },
    },
  });
  const context = await openContext(folder, ports, {
    reporter: world.reporter,
    signal: new AbortController().signal,
  });
  for (const stage of ["preflight", "provision", "bootstrap"] as const)
    expect(await runStage(stage, RUN_STAGE_FUNCTIONS[stage], context)).toBe("ok");
  world.add("volume", kind, { madeByController: true });
  await drain(context);
  const drainedAtMs = world.clock.now();
  goesAtMs = drainedAtMs + goesAfterMs;
  await destroy(context);
  const [coder, cloud] = destroys;
  if (coder?.stack !== "gke-coder" || cloud?.stack !== "gke-cloud")
    throw new Error("not both were destroyed");
  return {
    coder,
    cloud,
    beforeCoderMs: coder.atMs - drainedAtMs,
    betweenMs: cloud.atMs - coder.atMs,
    afterCloudMs: world.clock.now() - cloud.atMs,
    again: async () => {
      const atMs = world.clock.now();
      await destroy(context);
      return world.clock.now() - atMs;
    },
  };
}

test("the teardown waits for a volume that follows its claim while the stack with its driver still exists", async () => {
  const { coder } = await tornDown("aws_ebs_volume", LONG_MS / 2);
  expect(coder.items).not.toContain("volume");
});

test("a volume whose driver went is not waited for any more", async () => {
  const seen = await tornDown("aws_ebs_volume", Infinity);
  expect(seen.beforeCoderMs).toBeGreaterThanOrEqual(LONG_MS);
  expect(seen.betweenMs).toBe(0);
  expect(seen.afterCloudMs).toBe(0);
  expect(await seen.again()).toBe(0);
});

test("the wait for volumes of a Coder that could not be drained is shorter than for volumes that disappear", async () => {
  const { beforeCoderMs } = await tornDown("aws_ebs_volume", Infinity, { failWorker: "drain" });
  expect(beforeCoderMs).toBeLessThan(LONG_MS / 2);
});

test.each(["aws_lb", "google_compute_disk"])(
  "%s of a controller is waited for after Coder's stack, while the cluster exists",
  async (kind) => {
    const { beforeCoderMs, cloud } = await tornDown(kind, LONG_MS / 2);
    expect(beforeCoderMs).toBe(0);
    expect(cloud.items).not.toContain("volume");
  },
);
