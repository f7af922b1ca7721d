import { readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { dayOf } from "../../harness/results/format/day.ts";
import { resultsJson } from "../../harness/results/history/json.ts";
import { newRunId } from "../../harness/model/run-id.ts";
import { processesOf } from "../chaos/real/processes.ts";
import { nightOn } from "../harness/results/nightly-records.ts";
import { inTwin, newFolder, Refbench, refbench } from "../support/command/refbench-process.ts";

const DAY_MS = 24 * 3_600_000;

/** Everything that a folder holds, as one text. */
async function textBelow(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return (await Promise.all(files.map((file) => readFile(file, "latin1")))).join("\n");
}

/** The folder of the only run below one. */
async function onlyRun(cwd: string): Promise<string> {
  const [id] = await readdir(join(cwd, ".refbench", "runs"));
  return join(cwd, ".refbench", "runs", id!);
}

/** Ends a run, its reaper and their terraform as a machine's loss would; says how many of them were terraform's. */
async function loseMachine(run: Refbench, folder: string): Promise<number> {
  const terraform = processesOf(folder, run.pid, "terraform").length;
  for (const pid of processesOf(folder, run.pid, "everything")) process.kill(pid, "SIGKILL");
  await run.ended;
  return terraform;
}

/** The rows of the rehearsals' table two days after a night, when the night itself is due. */
async function rows(cwd: string, store: string): Promise<readonly { readonly status: unknown }[]> {
  const asOf = dayOf(Date.now() + DAY_MS);
  const table = ["results", "table", "--rehearsals", "--store", store, "--as-of", asOf, "--output", "json"];
  return JSON.parse((await refbench(cwd, ...table)).stdout) as { status: unknown }[];
}

test("runs whose machine is lost are torn down from their mirror by another, and their night is not missing", async () => {
  const [lost, other] = [await newFolder(), await newFolder()];
  const share = join(await newFolder(), "mirror");
  const url = pathToFileURL(share).href;
  const canary = ["--rehearse", "--size", "canary", "--mirror", url, "--speed"];

  const provisioning = new Refbench(lost, ["run", "gce-docker", ...canary, "1000"]);
  await provisioning.says(/gce-docker-cloud [1-9]\d* of/);
  const unmade = await onlyRun(lost);
  expect(await loseMachine(provisioning, unmade)).toBe(1);
  await rename(unmade, join(lost, "in-another-place"));

  const loading = new Refbench(lost, ["run", "gke", ...canary, "2000", "--night", newRunId()]);
  await loading.says(/load: .*; users \d/);
  const folder = await onlyRun(lost);
  const id = basename(folder);
  await loseMachine(loading, folder);
  const secrets = JSON.parse(await readFile(join(folder, "secrets.json"), "utf8")) as Record<string, string>;
  // The twin is the cloud: it outlives the machine.
  await rm(join(lost, ".refbench", "runs"), { recursive: true });
  expect((await inTwin(lost)).length).toBeGreaterThan(15);

  const store = join(other, "store");
  const earlier = nightOn(dayOf(Date.now() - DAY_MS), { size: "canary" }, { simulated: true });
  await writeFile(join(other, "earlier.json"), resultsJson(earlier));
  const imported = ["results", "import", "--rehearsals", "--store", store];
  const before = await refbench(other, ...imported, "earlier.json", "--from", url);
  expect(before.stderr).toContain(`run ${id} has no record`);
  expect(await rows(other, store)).toMatchObject([{ status: { word: "missing" } }]);

  const ended = await refbench(other, "teardown", "--all", "--from", url);
  expect(ended.stderr).toContain("secrets are lost");
  for (const run of [basename(unmade), id])
    expect(ended.stdout).toMatch(new RegExp(`^${run}: teardown clean \\(.*\\), verdict interrupted\n`, "m"));
  expect(ended.code).toBe(0);
  expect(await inTwin(lost)).toEqual([]);

  await refbench(other, ...imported, "--from", url);
  expect(await rows(other, store)).toMatchObject([
    { status: { word: "failed", verdict: "interrupted", stage: "load" } },
  ]);
  expect((await refbench(other, "teardown", id, "--from", url)).code).toBe(0);

  const mirrored = await textBelow(share);
  expect(mirrored).toContain(id);
  for (const name of ["adminPassword", "databasePassword", "token"])
    expect(mirrored).not.toContain(secrets[name]!);
}, 240_000);
