import { readFile, writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { START_AGAIN } from "../../../../harness/composition/supervised.ts";
import { parseJournal } from "../../../../harness/pipeline/folder/journal.ts";
import { FakeWorld } from "../../../support/world/fake-world.ts";
import { Refbench, refbench } from "../../../support/command/refbench-process.ts";

/** Throws where nobody catches it, once the lease is taken. */
const CRASH = `
import { existsSync } from "node:fs";
setInterval(() => { if (existsSync("lease/000001.json")) throw new Error("boom"); }, 20).unref();`;

test("a reaper that crashes while it holds the lease asks for a restart, and its journal holds the reason", async () => {
  const folder = await new FakeWorld().makeRun(undefined, { ttlMs: 1e12 });
  const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(CRASH)}`;
  const reaper = new Refbench(folder.path, ["reaper", folder.path], { ...process.env, NODE_OPTIONS });
  expect(await reaper.ended).toMatchObject({ code: START_AGAIN, stderr: expect.stringContaining("boom") });
  const { entries } = parseJournal(await readFile(folder.journal, "utf8"));
  // Not always the last: the reaper may still be writing that it started.
  expect(entries).toContainEqual(expect.objectContaining({ type: "reaper-failed", reason: "boom" }));
});

test("a reaper that cannot begin is not started again: its starter waits for it, and reports why", async () => {
  const folder = await new FakeWorld().makeRun();
  await writeFile(folder.plan, "{");
  expect((await refbench(folder.path, "reaper", folder.path)).code).toBe(20);
});

test("a reaper that is ended by a signal reports it: it is not a defect, and it is not started again", async () => {
  const folder = await new FakeWorld().makeRun(undefined, { ttlMs: 1e12 });
  const reaper = new Refbench(folder.path, ["reaper", folder.path]);
  const hasStarted = async (): Promise<boolean> =>
    parseJournal(await readFile(folder.journal, "utf8")).entries.some(
      ({ type }) => type === "reaper-started",
    );
  await expect.poll(hasStarted, { timeout: 60_000 }).toBe(true);
  reaper.kill("SIGTERM");
  const { code, stderr } = await reaper.ended;
  expect(code).toBe(61);
  expect(stderr).toContain(
    "refbench: the reaper was ended by SIGTERM; the next refbench command starts another",
  );
  expect(stderr).not.toContain("defect");
});
