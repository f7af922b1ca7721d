import { expect, test } from "vitest";
import { findLoss } from "../../../../harness/workload/worker-process/find-loss.ts";
import { localWorkerRunner } from "../../../../harness/workload/worker-process/local-runner.ts";
import { loadTaskFor } from "../../../support/command/load-task.ts";

const task = loadTaskFor({ url: "http://127.0.0.1:1", token: "t" });

test.each([
  ["the kernel killed processes for memory meanwhile", "SIGKILL", "", 1, "memory"],
  ["somebody killed it", "SIGKILL", "", 0, "unknown"],
  ["it was asked to end while others were killed for memory", "SIGTERM", "", 3, "unknown"],
  ["its heap was full", "SIGABRT", "FATAL ERROR: Reached heap limit Allocation failed", 0, "memory"],
  ["it had a defect", undefined, "TypeError: x is not a function", 0, "unknown"],
] as const)("a worker is lost because %s", (_name, signal, stderr, memoryKills, loss) => {
  expect(findLoss({ signal, stderr, memoryKills })).toBe(loss);
});

test.each([
  ["a heap that is too small", "const all = []; for (;;) all.push(new Array(1e4).fill(1.5));", "memory"],
  ["its own end", "process.exit(3)", "unknown"],
])(
  "a real worker that ends by %s is lost",
  async (_name, script, loss) => {
    const runner = localWorkerRunner({
      command: [process.execPath, "--max-old-space-size=32", "-e", script],
    });
    const run = runner.load(task, { signal: new AbortController().signal, onEvent: () => undefined });
    await expect(run).rejects.toMatchObject({ name: "RefbenchError", code: "worker", loss });
  },
  60_000,
);
