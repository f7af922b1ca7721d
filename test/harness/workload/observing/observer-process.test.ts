import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { programFile } from "../../../../rehearsal/bundle.ts";
import { observerEvent } from "../../../../harness/workload/observing/protocol.ts";

const OBSERVER = [await programFile("worker"), "observe"] as const;
const TASK = `${JSON.stringify({ places: [], everyMs: 1_000 })}\n`;

function startObserver(): ChildProcess {
  return spawn(process.execPath, OBSERVER, { stdio: ["pipe", "pipe", "pipe"] });
}

async function exitOf(child: ChildProcess): Promise<readonly unknown[]> {
  return child.exitCode === null && child.signalCode === null
    ? ((await once(child, "exit")) as unknown[])
    : [child.exitCode, child.signalCode];
}

test("after a stop the observer reports and ends", async () => {
  const child = startObserver();
  child.stdin?.write(`${TASK}stop\nstop\n`);
  const said = await text(child.stdout!);
  const events = said
    .trim()
    .split("\n")
    .map((line) => observerEvent.parse(JSON.parse(line)));
  expect(events.map(({ type }) => type)).toEqual(["observing", "observed"]);
  expect(await exitOf(child)).toEqual([0, null]);
});

test("an observer whose input ends has lost its load, and ends without a report", async () => {
  const child = startObserver();
  child.stdin?.write(TASK);
  await once(child.stdout!, "data");
  child.stdin?.end();
  expect(await text(child.stdout!)).toBe("");
  expect(await exitOf(child)).toEqual([1, null]);
});

test("an observer ends when the process that started it is killed", async () => {
  const source = `
    const child = require("node:child_process").spawn(process.execPath, ${JSON.stringify(OBSERVER)}, {
      stdio: ["pipe", "pipe", "inherit"],
    });
    child.stdin.write(${JSON.stringify(TASK)});
    child.stdout.once("data", () => console.log(child.pid));`;
  // The observer inherits the load's standard error, which closes once both have ended.
  const load = spawn(process.execPath, ["-e", source], { stdio: ["ignore", "pipe", "pipe"] });
  await once(load.stdout, "data");
  load.kill("SIGKILL");
  await text(load.stderr);
  expect(await exitOf(load)).toEqual([null, "SIGKILL"]);
});

test("a task that does not match is refused without its values", async () => {
  const child = startObserver();
  child.stdin?.write(`${JSON.stringify({ places: [{ kind: "metrics", url: "geheim" }] })}\n`);
  const said = await text(child.stderr!);
  expect(said).toContain("what to observe does not match");
  expect(said).not.toContain("geheim");
  expect(await exitOf(child)).toEqual([1, null]);
});
