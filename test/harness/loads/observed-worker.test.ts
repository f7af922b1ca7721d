import { expect, test } from "vitest";
import { observedWorker } from "../../../harness/loads/observed-worker.ts";
import type { Observation } from "../../../harness/model/observation/observation.ts";
import type { LoadRunner } from "../../../harness/model/ports/worker.ts";
import type { LoadResult } from "../../../harness/model/record/worker-result.ts";

const seen: Observation = {
  ...{ startedAtMs: 0, everyMs: 5_000, samples: 1, unseen: [] },
  series: [{ name: "node.cpu", of: "n1", values: [1] }],
  cost: { cpuSeconds: 1, maxRssMib: 1, questions: 1, bytes: 1, meanMs: 1, maxMs: 1 },
};
const own: Observation = { ...seen, series: [{ name: "coderd.cpu", of: "coder-1", values: [2] }] };
const result = { observation: own } as unknown as LoadResult;
const options = { signal: new AbortController().signal, onEvent: () => undefined };
const loadOf = (worker: LoadRunner) => worker.load({} as never, options);

test("a load's record has what its worker and what the cluster saw", async () => {
  const worker = observedWorker(
    { load: () => Promise.resolve(result) },
    { start: () => Promise.resolve({ stop: () => Promise.resolve(seen) }) },
  );
  const { observation } = await loadOf(worker);
  expect(observation?.series.map(({ name }) => name)).toEqual(["coderd.cpu", "node.cpu"]);
  expect(observation?.cost.questions).toBe(2);
});

test("a cluster that cannot be observed does not fail the load, and the reason is kept", async () => {
  const worker = observedWorker(
    { load: () => Promise.resolve(result) },
    { start: () => Promise.reject(new Error("no such context")) },
  );
  expect((await loadOf(worker)).observation?.unseen).toEqual([
    { what: "what the cluster's API says", why: "no such context" },
  ]);
});

test("a load that fails ends the observation", async () => {
  let stopped = 0;
  const worker = observedWorker(
    { load: () => Promise.reject(new Error("lost")) },
    {
      start: () =>
        Promise.resolve({
          stop: () => {
            stopped++;
            return Promise.resolve(seen);
          },
        }),
    },
  );
  await expect(loadOf(worker)).rejects.toThrow("lost");
  expect(stopped).toBe(1);
});
