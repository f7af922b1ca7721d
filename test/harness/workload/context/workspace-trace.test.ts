import { expect, test } from "vitest";
import type { LoadTask } from "../../../../harness/model/ports/worker-task.ts";
import { spanIdOf, traceIdOf, workspacePlace } from "../../../../harness/model/trace-ids.ts";
import { traceOf } from "../../../../harness/workload/context/workspace-trace.ts";
import { splitLoad } from "../../../../harness/workload/parts/split-load.ts";
import { loadTaskFor } from "../../../support/command/load-task.ts";

const CODER = { url: "http://127.0.0.1:1", token: "" };
const id = traceIdOf("01kf3zq8v1a2b3c4d5e6f7g8h9");

function taskWith(workspaces: number, sample: number, propagate = true): LoadTask {
  return { ...loadTaskFor(CODER, { workspaces, users: workspaces }), trace: { id, sample, propagate } };
}

function sampled(task: LoadTask): readonly number[] {
  return Array.from({ length: task.workspaces }, (_, index) => traceOf(task, index)).flatMap(
    (trace) => trace?.index ?? [],
  );
}

test("a sample is spread over the load, and never larger than asked for", () => {
  expect(sampled(taskWith(10, 50))).toHaveLength(10);
  expect(sampled(taskWith(1000, 50))).toHaveLength(50);
  expect(sampled(taskWith(1001, 50)).length).toBeLessThanOrEqual(50);
  expect(Math.max(...sampled(taskWith(1000, 50)))).toBe(980);
  expect(sampled(taskWith(10, 0))).toEqual([]);
  expect(sampled(loadTaskFor(CODER, { workspaces: 10 }))).toEqual([]);
});

test("the parts of a load share its sample, and name workspaces by their place in the whole", () => {
  const parts = splitLoad(taskWith(100, 50), 4);
  const all = parts.flatMap(sampled);
  expect(all.length).toBeLessThanOrEqual(50);
  expect(new Set(all).size).toBe(all.length);
  expect(parts.every((part) => sampled(part).length > 0)).toBe(true);
});

test("requests carry the id of the workspace's span only where Coder is to join", () => {
  expect(traceOf(taskWith(3, 3), 2)?.traceparent).toBe(`00-${id}-${spanIdOf(id, workspacePlace(2))}-01`);
  expect(traceOf(taskWith(3, 3, false), 2)?.traceparent).toBeUndefined();
});

test("phases are noted by the generator's clock or by Coder's, and a missing stamp is no phase", () => {
  const trace = traceOf(taskWith(1, 1), 0);
  trace?.note("requested", 10, 30, { isFailed: true });
  trace?.stamped("queued", "2026-11-22T07:00:00.000Z", "2026-11-22T07:00:01.500Z");
  trace?.stamped("building", "2026-11-22T07:00:01.500Z", null);
  expect(trace?.result().phases).toEqual([
    {
      name: "requested",
      startMs: performance.timeOrigin + 10,
      endMs: performance.timeOrigin + 30,
      failed: true,
    },
    { name: "queued", startMs: 1795330800000, endMs: 1795330801500, clock: "coder" },
  ]);
});

test("a workspace with hundreds of connections does not fill the result", () => {
  const trace = traceOf(taskWith(1, 1), 0);
  for (let index = 0; index < 500; index += 1) trace?.note("ssh-handshake", index, index + 1);
  expect(trace?.result().phases).toHaveLength(20);
});
