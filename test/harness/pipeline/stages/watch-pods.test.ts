import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import type { PodTrouble } from "../../../../harness/model/ports/pod-trouble.ts";
import { openContext, type StageContext } from "../../../../harness/pipeline/context/context.ts";
import { watchPods } from "../../../../harness/pipeline/stages/watch-pods.ts";
import { FakeWorld } from "../../../support/world/fake-world.ts";

const PULL: PodTrouble = {
  ...{ key: "image lab/coder:9", kind: "image" },
  words: "pod coder-0 cannot have the image lab/coder:9: not found",
};

/** An apply that ends after so long, or when it is aborted, beside a cluster with these troubles by second. */
async function applying(
  troublesAt: (second: number) => readonly PodTrouble[],
  seconds: number,
): Promise<{ readonly outcome: unknown; readonly stopped: number; readonly after: number }> {
  const world = new FakeWorld();
  let stopped = 0;
  const ports = world.ports({
    podTroubles: {
      find: () => Promise.resolve(troublesAt(world.clock.elapsed() / 1_000)),
      stopWaiting: () => {
        stopped += 1;
        return Promise.resolve();
      },
    },
  });
  const context = await openContext(await world.makeRun(), ports, {
    signal: new AbortController().signal,
    reporter: world.reporter,
  });
  const apply = async ({ signal }: StageContext): Promise<string> => {
    // Only the watch moves the clock on.
    while (world.clock.elapsed() < seconds * 1_000) {
      signal.throwIfAborted();
      await nextTurn();
    }
    return "applied";
  };
  const outcome = await watchPods(context, apply).catch((error: unknown) => error);
  return { outcome, stopped, after: world.clock.elapsed() / 1_000 };
}

test("an image that cannot be had ends the apply, in the cluster's words and with the next step", async () => {
  const { outcome, stopped, after } = await applying(() => [PULL], 900);
  expect(stopped).toBe(1);
  expect(outcome).toMatchObject({
    code: "infrastructure",
    message: `${PULL.words}; push it to a registry that the nodes reach, and name it by --image`,
  });
  expect(after).toBeLessThan(300);
});

test("a trouble that heals ends nothing", async () => {
  const { outcome, stopped } = await applying((second) => (second % 100 < 60 ? [PULL] : []), 900);
  expect(stopped).toBe(0);
  expect(outcome).toBe("applied");
});

test("a pod may wait for a node while an autoscaler adds one", async () => {
  const waits: PodTrouble = {
    key: "place coder-0",
    kind: "unschedulable",
    words: "pod coder-0 finds no node",
  };
  expect((await applying(() => [waits], 500)).outcome).toBe("applied");
  expect((await applying(() => [waits], 900)).outcome).toMatchObject({ code: "infrastructure" });
});
