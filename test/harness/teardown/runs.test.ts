import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ulid } from "ulid";
import { afterEach, beforeEach, expect, test } from "vitest";
import { listManualRuns } from "../../../harness/teardown/folder.ts";
import { runStates } from "../../../harness/teardown/runs.ts";
import { ownIdentity } from "../../../harness/tools/process/process-identity.ts";

const HOUR_MS = 3_600_000;

let cwd: string;
beforeEach(async () => (cwd = await mkdtemp(join(tmpdir(), "refbench-sweep-runs-"))));
afterEach(() => rm(cwd, { recursive: true, force: true }));

interface Case {
  readonly ageMs?: number;
  readonly files?: Readonly<Record<string, string>>;
  /** Names that are folders where a file is expected. */
  readonly unreadable?: readonly string[];
}

/** The state of a run whose plan is damaged, and whose folder holds these files. */
async function stateOf({ ageMs = HOUR_MS, files = {}, unreadable = [] }: Case): Promise<string | undefined> {
  const folder = join(cwd, ".refbench", "runs", ulid(Date.now() - ageMs).toLowerCase());
  await mkdir(folder, { recursive: true });
  for (const [name, text] of Object.entries({ "plan.json": "{", ...files }))
    await writeFile(join(folder, name), text);
  for (const name of unreadable) await mkdir(join(folder, name));
  const [state] = (await runStates(cwd)).values();
  return state;
}

test("a run with an unreadable plan still expires", async () => {
  expect(await stateOf({ ageMs: 25 * HOUR_MS })).toBe("orphaned");
  await rm(join(cwd, ".refbench"), { recursive: true });
  expect(await stateOf({ ageMs: HOUR_MS })).toBe("living");
});

test("a lease that cannot be looked at is held", async () => {
  expect(await stateOf({ ageMs: 25 * HOUR_MS, files: { lease: "no folder" } })).toBe("living");
});

test("a run whose keep cannot be read is not taken for one whose process died", async () => {
  const died = JSON.stringify({ ...ownIdentity(), startTime: "0" });
  expect(await stateOf({ files: { "owner.json": died } })).toBe("orphaned");
  await rm(join(cwd, ".refbench"), { recursive: true });
  expect(await stateOf({ files: { "owner.json": died }, unreadable: ["keep.json"] })).toBe("living");
});

test("a request that cannot be read asks nothing yet", async () => {
  expect(await stateOf({ unreadable: ["request.json"] })).toBe("living");
});

test("an unreadable manual environment stops a sweep, and is not taken for a missing one", async () => {
  const made = join(cwd, ".refbench", "manual", "gke-cloud");
  expect(await listManualRuns(cwd, {})).toEqual(new Set());
  await mkdir(join(made, "environment.json"), { recursive: true });
  await expect(listManualRuns(cwd, {})).rejects.toMatchObject({ code: "run_folder" });
  await rm(join(cwd, ".refbench", "manual"), { recursive: true });
  await writeFile(join(cwd, ".refbench", "manual"), "no folder");
  await expect(listManualRuns(cwd, {})).rejects.toMatchObject({ code: "run_folder" });
});
