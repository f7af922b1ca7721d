import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { childCommands } from "../../../../harness/cli/nightly/child-command.ts";

const never = { stop: new AbortController().signal, leave: new AbortController().signal };
const limits = { deadlineMs: 60_000, graceMs: 60_000 };

function commands(): { readonly run: ReturnType<typeof childCommands>; readonly shown: PassThrough } {
  const shown = new PassThrough();
  return { run: childCommands({ cwd: process.cwd(), env: process.env, stderr: shown }), shown };
}

test("a command's result is handed back, and its progress is shown", async () => {
  const { run, shown } = commands();
  const [listed, refused] = await Promise.all([
    run({ args: ["architectures", "list"], ...limits }, never),
    run({ args: ["run", "gke", "--rehearse", "--bogus"], ...limits }, never),
  ]);
  expect(listed).toMatchObject({ code: 0, timedOut: false });
  expect(listed.stdout).toContain("gce-docker");
  expect(refused.code).toBe(2);
  expect(refused.said.join("\n")).toContain("unknown option '--bogus'");
  expect(String(shown.read())).toContain("unknown option '--bogus'");
});

test("a variable of a run by hand reaches no run of a night", async () => {
  const env = {
    ...process.env,
    REFBENCH_TLS: "nonsense",
    REFBENCH_RUNNER: "nonsense",
    REFBENCH_ZONE: "nonsense",
  };
  const run = childCommands({ cwd: process.cwd(), env, stderr: new PassThrough() });
  const { said } = await run({ args: ["run", "nowhere", "--rehearse"], ...limits }, never);
  expect(said.join("\n")).not.toContain("nonsense");
  expect(said.join("\n")).toContain("nowhere");
});

test("what takes too long, or is stopped, is asked to end with Ctrl-C and says so", async () => {
  const { run } = commands();
  const stop = new AbortController();
  const emulator = { args: ["emulator", "--port", "0"], graceMs: 60_000 };
  const slow = run({ ...emulator, deadlineMs: 4_000 }, never);
  const stopped = run({ ...emulator, deadlineMs: 60_000 }, { ...never, stop: stop.signal });
  expect(await slow).toMatchObject({ timedOut: true });
  stop.abort();
  expect(await stopped).toMatchObject({ timedOut: false });
});
