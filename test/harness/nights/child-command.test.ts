import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { expect, onTestFinished, test } from "vitest";
import { startChildCommands } from "../../../harness/nights/child-command.ts";

const never = { stop: new AbortController().signal, leave: new AbortController().signal };
/** A program that never ends and ignores signals. */
const HANGING =
  'for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => undefined); setInterval(() => undefined, 1000);';
const limits = { deadlineMs: 60_000, graceMs: 60_000 };

function commands(): { readonly run: ReturnType<typeof startChildCommands>; readonly shown: PassThrough } {
  const shown = new PassThrough();
  return { run: startChildCommands({ cwd: process.cwd(), env: process.env, stderr: shown }), shown };
}

test("a command's result is returned, and its progress is shown", async () => {
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

test("only those variables of refbench that are valid for every run reach a command of a night", async () => {
  const env = {
    ...process.env,
    REFBENCH_TLS: "nonsense",
    REFBENCH_RUNNER: "nonsense",
    REFBENCH_TTL: "nonsense",
    REFBENCH_COMPARE: "nonsense",
  };
  const asked = (more: NodeJS.ProcessEnv) =>
    startChildCommands({ cwd: process.cwd(), env: { ...env, ...more }, stderr: new PassThrough() });
  const [run, sweep] = await Promise.all([
    asked({})({ args: ["run", "nowhere", "--rehearse"], ...limits }, never),
    asked({ REFBENCH_OLDER_THAN: "ages" })({ args: ["sweep", "--rehearse"], ...limits }, never),
  ]);
  expect(run.said.join("\n")).not.toContain("nonsense");
  expect(run.said.join("\n")).toContain("nowhere");
  expect(sweep.said.join("\n")).toContain("--older-than must be a duration");
});

test("a command that takes too long, or is stopped, is asked to end as by Ctrl-C", async () => {
  const { run } = commands();
  const stop = new AbortController();
  const emulator = { args: ["emulator", "--port", "0"], graceMs: 60_000 };
  const slow = run({ ...emulator, deadlineMs: 4_000 }, never);
  const stopped = run({ ...emulator, deadlineMs: 60_000 }, { ...never, stop: stop.signal });
  expect(await slow).toMatchObject({ timedOut: true });
  stop.abort();
  expect(await stopped).toMatchObject({ timedOut: false });
});

test("a command that hangs and ignores signals is killed, so that the night continues", async () => {
  const folder = await mkdtemp(join(tmpdir(), "refbench-hanging-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const program = join(folder, "hanging.js");
  await writeFile(program, HANGING);
  const io = { cwd: process.cwd(), env: process.env, stderr: new PassThrough() };
  const run = startChildCommands(io, { killMs: 100, program });
  const end = await run({ args: [], deadlineMs: 1_000, graceMs: 100 }, never);
  expect(end).toMatchObject({ code: 1, timedOut: true });
});
