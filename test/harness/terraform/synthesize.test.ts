import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { describeFailedProgram, synthesize } from "../../../harness/terraform/synthesize.ts";

test("a failed synthesis repeats what its program printed, beginning with its error", async () => {
  const directory = await mkdtemp(join(tmpdir(), "refbench-synthesize-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const environmentFile = join(directory, "missing.json");
  await expect(
    synthesize({ environmentFile, directory, env: process.env, signal: new AbortController().signal }),
  ).rejects.toThrow(/^the stacks could not be synthesized: .*missing\.json/);
});

const CRASH = `/stacks/main.ts:12
    throw new TypeError("no zone");
          ^

TypeError: no zone
    at main (/stacks/main.ts:12:11)

Node.js v20.20.2
`;

test.each([
  [{ exitCode: 1, stderr: CRASH, stdout: "" }, "TypeError: no zone (exit code 1)"],
  [{ exitCode: 1, stderr: "size 7 is unknown\n", stdout: "" }, "size 7 is unknown (exit code 1)"],
  [{ exitCode: 3, stderr: "", stdout: "half\nof it\n" }, "half\nof it (exit code 3)"],
  [{ signal: "SIGKILL" as const, stderr: "", stdout: "" }, "its program printed nothing (ended by SIGKILL)"],
  [{ originalMessage: "spawn ENOENT" }, "its program printed nothing (not started: spawn ENOENT)"],
])("the reason is never empty: %j", (ended, reason) => {
  expect(describeFailedProgram(ended as Parameters<typeof describeFailedProgram>[0])).toBe(reason);
});
