import { readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { inTwin, newFolder, onlyRecord, Refbench, refbench } from "../support/refbench-process.ts";

const RUN = [
  "run",
  "gke",
  "--rehearse",
  "--size",
  "canary",
  "--speed",
  "2000",
  "--set",
  "connections.holdSeconds=1",
] as const;

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

test("a run whose machine is lost is torn down from its mirror, which holds no secret", async () => {
  const cwd = await newFolder();
  const share = join(await newFolder(), "mirror");
  const url = pathToFileURL(share).href;
  const run = new Refbench(cwd, [...RUN, "--mirror", url]);
  await run.says(/load: started/);
  const [id] = await readdir(join(cwd, ".refbench", "runs"));
  const folder = join(cwd, ".refbench", "runs", id!);
  await killReaper(folder);
  run.kill("SIGKILL");
  await run.ended;
  const secrets = JSON.parse(await readFile(join(folder, "secrets.json"), "utf8")) as Record<string, string>;
  await rm(folder, { recursive: true });
  expect((await inTwin(cwd)).length).toBeGreaterThan(15);

  const ended = await refbench(cwd, "teardown", id!, "--from", url);
  expect(ended.stderr).toContain("secrets are lost");
  expect(ended.code).toBe(0);
  expect(await inTwin(cwd)).toEqual([]);
  expect(await onlyRecord(cwd)).toMatchObject({
    verdict: "interrupted",
    teardown: { state: "clean", left: [] },
  });
  expect((await stat(folder)).mode & 0o777).toBe(0o700);

  const mirrored = await textBelow(share);
  expect(mirrored).toContain(id!);
  for (const name of ["adminPassword", "databasePassword", "token"])
    expect(mirrored).not.toContain(secrets[name]!);
});
