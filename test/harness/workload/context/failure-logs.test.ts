import { expect, test } from "vitest";
import type { WorkerEvent } from "../../../../harness/model/ports/worker.ts";
import { lastErrors } from "../../../../harness/workload/context/failure-logs.ts";
import { FailureLedger } from "../../../../harness/workload/context/failures.ts";
import { mergeResults } from "../../../../harness/workload/parts/merge-results.ts";
import { answering } from "../../../support/coder/coder-faults.ts";
import { startEmulatedCoder } from "../../../support/coder/emulated-coder.ts";
import { loadTaskFor } from "../../../support/command/load-task.ts";
import { runLoadHere } from "../../../support/command/run-load.ts";

const line = (output: string, level = "info") => ({ output, level });

test("a log yields its last lines of level error, without control characters and empty lines", () => {
  const log = [
    line("Terraform 1.11"),
    line("\u001b[31m╷\u001b[0m", "error"),
    line("Error: precondition failed\u0007\n\nNo space is left in this zone.", "error"),
    line("", "error"),
    line("Cleaning up"),
  ];
  expect(lastErrors(log)).toEqual(["╷", "Error: precondition failed", "No space is left in this zone."]);
});

test("a log without errors yields its last lines", () => {
  expect(lastErrors(Array.from({ length: 20 }, (_, index) => line(`line ${index}`)))).toEqual(
    [12, 13, 14, 15, 16, 17, 18, 19].map((index) => `line ${index}`),
  );
});

test("long lines are cut", () => {
  const [cut] = lastErrors([line("x".repeat(5_000), "error")]);
  expect(cut).toHaveLength(301);
});

test("the first of each kind of error is read, others of the kind are counted, and secrets are taken out", async () => {
  const events: WorkerEvent[] = [];
  const ledger = new FailureLedger((event) => events.push(event), ["hunter2"]);
  const read: string[] = [];
  const fail = (error: string, log: string): Promise<void> => {
    ledger.add("build-failed", "build", error);
    return ledger.explain("build-failed", "build", error, async () => {
      read.push(error);
      return Promise.resolve([log]);
    });
  };
  await fail("exit status 1: pod bench-abc-0", "password hunter2 is wrong");
  await fail("exit status 1: pod bench-abc-17", "another");
  await fail("init failed", "no provider");
  expect(read).toEqual(["exit status 1: pod bench-abc-0", "init failed"]);
  expect(ledger.counted()).toMatchObject([
    {
      count: 3,
      reasons: [
        { error: "exit status 1: pod bench-abc-0", count: 2, log: ["password *** is wrong"] },
        { error: "init failed", count: 1, log: ["no provider"] },
      ],
    },
  ]);
  expect(JSON.stringify(events)).not.toContain("hunter2");
});

test("no more than a few kinds are read, however many there are", async () => {
  const ledger = new FailureLedger(() => undefined, []);
  let read = 0;
  for (const letter of "abcdefghijkl")
    await ledger.explain("build-failed", "build", `cause ${letter}`, async () => {
      read++;
      return Promise.resolve(["x"]);
    });
  expect(read).toBe(5);
});

test("a failed build's log is read before its workspace is deleted, and is in the result", async () => {
  await using coder = await startEmulatedCoder({
    faults: { failBuild: ["bench-t-1", "bench-t-2"] },
    answers: [
      answering(/^GET \/workspacebuilds\/[^/]+\/logs$/, [
        { output: "Error: Resource precondition failed", log_level: "error" },
        { output: "No space is left in this zone. Ask the platform team.", log_level: "error" },
      ]),
    ],
  });
  const { result } = await runLoadHere(loadTaskFor(coder, { connections: { total: 0 } }));
  expect(result.failures).toMatchObject([
    {
      class: "build-failed",
      count: 2,
      reasons: [
        { count: 2, log: [/precondition/, /No space is left/].map((part) => expect.stringMatching(part)) },
      ],
    },
  ]);
  const reads = coder.calls.filter((call) => call.endsWith("/logs"));
  expect(reads).toEqual(["GET /workspacebuilds/{id}/logs"]);
  const deletes = coder.calls.findIndex((call) => call === "POST /workspaces/{id}/builds");
  expect(coder.calls.indexOf(reads[0] ?? "")).toBeLessThan(deletes);

  const merged = mergeResults([result, result]);
  expect(merged.failures[0]).toMatchObject({ count: 4, reasons: [{ count: 4 }] });
});
