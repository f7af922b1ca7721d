import { expect, test } from "vitest";
import { startEmulatedCoder } from "../../../support/coder/emulated-coder.ts";
import { loadTaskFor } from "../../../support/command/load-task.ts";
import { runLoadHere } from "../../../support/command/run-load.ts";

test("a command that is to outlast its time succeeds by running on, and fails by ending", async () => {
  await using coder = await startEmulatedCoder();
  const run = async (command: string, commandMs: number) => {
    const one = {
      users: 1,
      workspaces: 1,
      expectOutput: "over",
      connections: { total: 0 },
      timeouts: { commandMs },
    };
    const { result } = await runLoadHere(loadTaskFor(coder, { ...one, command, expectTimeout: true }));
    return result;
  };

  const long = await run("sleep 60; echo over", 1000);
  expect(long.workspaces).toMatchObject({ succeeded: 1, failed: 0 });
  expect(long.failures).toEqual([]);

  const short = await run("echo over", 10_000);
  expect(short.workspaces).toMatchObject({ succeeded: 0, failed: 1 });
  expect(short.failures).toMatchObject([
    {
      class: "wrong-output",
      phase: "command",
      example: "expected the command to run longer than 10000 ms, but it ended",
    },
  ]);
});

test("an unexpected output is reported at once, also by a shell that prompts before text typed ahead", async () => {
  await using coder = await startEmulatedCoder();
  const one = { users: 1, workspaces: 1, connections: { total: 0 }, timeouts: { commandMs: 10_000 } };
  const { result } = await runLoadHere(
    loadTaskFor(coder, { ...one, command: "echo goodbye", expectOutput: "hello" }),
  );
  expect(result.failures).toMatchObject([{ class: "wrong-output", phase: "command" }]);
});
