import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { dayOf } from "../../harness/results/day.ts";
import { resultsJson } from "../../harness/results/json.ts";
import { newRunId } from "../../harness/model/run-id.ts";
import { nightOn } from "../harness/results/nightly-records.ts";
import { inTwin, newFolder, onlyRecord, Refbench, refbench } from "../support/refbench-process.ts";

const DAY_MS = 24 * 3_600_000;

/** Everything that a folder holds, as one text. */
async function textBelow(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return (await Promise.all(files.map((file) => readFile(file, "latin1")))).join("\n");
}

/** Ends the reaper of a run as a machine's loss would. */
async function killReaper(folder: string): Promise<void> {
  const leases = (await readdir(join(folder, "lease"))).filter((name) => name.endsWith(".json")).sort();
  const { holder } = JSON.parse(await readFile(join(folder, "lease", leases.at(-1)!), "utf8")) as {
    holder: { pid: number };
  };
  process.kill(holder.pid, "SIGKILL");
}

/** The rows of the rehearsals' table two days after a night, when the night itself is due. */
async function rows(cwd: string, store: string): Promise<readonly { readonly status: unknown }[]> {
  const asOf = dayOf(Date.now() + DAY_MS);
  const table = ["results", "table", "--rehearsals", "--store", store, "--as-of", asOf, "--output", "json"];
  return JSON.parse((await refbench(cwd, ...table)).stdout) as { status: unknown }[];
}

test("a night whose machine is lost is torn down from its mirror by another, and is no missing one", async () => {
  const [lost, other] = [await newFolder(), await newFolder()];
  const share = join(await newFolder(), "mirror");
  const url = pathToFileURL(share).href;
  const night = ["run", "gke", "--rehearse", "--size", "canary", "--speed", "2000", "--night", newRunId()];
  const run = new Refbench(lost, [...night, "--mirror", url]);
  await run.says(/load: .*; users \d/);
  const [id] = await readdir(join(lost, ".refbench", "runs"));
  const folder = join(lost, ".refbench", "runs", id!);
  await killReaper(folder);
  run.kill("SIGKILL");
  await run.ended;
  const secrets = JSON.parse(await readFile(join(folder, "secrets.json"), "utf8")) as Record<string, string>;
  // The twin is the cloud: it outlives the machine.
  await rm(join(lost, ".refbench", "runs"), { recursive: true });
  expect((await inTwin(lost)).length).toBeGreaterThan(15);

  const store = join(other, "store");
  const earlier = nightOn(dayOf(Date.now() - DAY_MS), { size: "canary" }, { simulated: true });
  await writeFile(join(other, "earlier.json"), resultsJson(earlier));
  const imported = ["results", "import", "--rehearsals", "--store", store];
  const before = await refbench(other, ...imported, "earlier.json", "--from", url);
  expect(before.stderr).toContain(`run ${id!} has no record`);
  expect(await rows(other, store)).toMatchObject([{ status: { word: "missing" } }]);

  const ended = await refbench(other, "teardown", "--all", "--from", url);
  expect(ended.stderr).toContain("secrets are lost");
  expect(ended.stdout).toMatch(new RegExp(`^${id!}: teardown clean \\(.*\\), verdict interrupted\n`));
  expect(ended.code).toBe(0);
  expect(await inTwin(lost)).toEqual([]);
  expect(await onlyRecord(other)).toMatchObject({ teardown: { state: "clean", left: [] } });

  await refbench(other, ...imported, "--from", url);
  expect(await rows(other, store)).toMatchObject([
    { status: { word: "failed", verdict: "interrupted", stage: "load" } },
  ]);
  expect((await refbench(other, "teardown", id!, "--from", url)).code).toBe(0);

  const mirrored = await textBelow(share);
  expect(mirrored).toContain(id!);
  for (const name of ["adminPassword", "databasePassword", "token"])
    expect(mirrored).not.toContain(secrets[name]!);
});
