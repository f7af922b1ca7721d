import { createServer } from "node:http";
import { expect, test } from "vitest";
import type { LoadResult } from "../../../../harness/model/record/worker-result.ts";
import { observedLoad } from "../../../../harness/workload/observing/observed-load.ts";
import { startObserver } from "../../../../harness/workload/observing/start-observer.ts";
import { programFile } from "../../../../rehearsal/bundle.ts";
import { serveHttp } from "../../../support/network/http-server.ts";

const command = [process.execPath, await programFile("worker"), "observe"] as const;
const { signal } = new AbortController();
const result = { stopped: false } as LoadResult;

function metricsPlace(url: string) {
  return { kind: "metrics", of: "c", role: "coderd", url } as const;
}

test("a load is observed by another process", async () => {
  let asked: () => void = () => undefined;
  const twice = new Promise<void>((resolve) => (asked = resolve));
  let requests = 0;
  await using server = await serveHttp((_request, response) => {
    if (++requests === 2) asked();
    response.end("go_goroutines 7\n");
  });
  const task = { everyMs: 200, places: [metricsPlace(`${server.url}/metrics`)] };
  const { observation } = await observedLoad(task, { signal, command }, async () => {
    await twice;
    return result;
  });
  expect(observation?.series).toContainEqual(expect.objectContaining({ name: "coderd.goroutines", of: "c" }));
});

test.each([
  ["another program", [process.execPath, "-e", "process.stdin.resume(); console.log('{}')"], "observing"],
  ["a program that crashes", [process.execPath, "-e", "throw new Error('crashed')"], "crashed"],
  ["no program", ["/nowhere/node"], "ended"],
])("an observer that is %s costs the load nothing but its figures", async (_what, program, said) => {
  const { observation, stopped } = await observedLoad(
    { places: [] },
    { signal, command: program as [string, ...string[]] },
    () => Promise.resolve(result),
  );
  expect(stopped).toBe(false);
  expect(observation?.series).toEqual([]);
  expect(observation?.unseen[0]?.why).toMatch(said);
});

test("the observer ends when the load that started it fails", async () => {
  const failed = observedLoad({ places: [] }, { signal, command }, () => Promise.reject(new Error("lost")));
  await expect(failed).rejects.toThrow("lost");
});

test("a password of a place is in no reason", async () => {
  const free = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => free.once("listening", resolve));
  const { port } = free.address() as { port: number };
  await new Promise((resolve) => free.close(resolve));
  const observer = await startObserver(
    { everyMs: 100, places: [metricsPlace(`http://u:geheim@127.0.0.1:${port}/metrics`)] },
    command,
  );
  const seen = await observer.stop(60_000);
  observer.kill();
  expect(JSON.stringify(seen)).not.toContain("geheim");
  expect(seen.unseen).not.toEqual([]);
});
