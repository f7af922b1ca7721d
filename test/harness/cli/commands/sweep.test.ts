import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { sweepCommand } from "../../../../harness/cli/commands/sweep.ts";
import { SweepFolder } from "../../../../harness/teardown/folder.ts";
import type { SweepReport } from "../../../../harness/inventory/sweep/report.ts";
import { systemClock } from "../../../../harness/tools/time/clock.ts";
import { makeRun } from "../../../../harness/pipeline/making/make-run.ts";
import { writeJson } from "../../../../harness/tools/files/json-file.ts";
import type { TwinItem } from "../../../../rehearsal/inventory/item.ts";
import { itemKey } from "../../../../rehearsal/inventory/key.ts";
import { makeStore } from "../../../../rehearsal/inventory/store.ts";
import { TWIN_PROJECT } from "../../../../reference-architectures/twin-project.ts";
import { refbench, Refbench, type Ended } from "../../../support/command/refbench-process.ts";
import { runCommand } from "./command-run.ts";

const RUN = "01jd0000000000000000000001";
const PAST = { "bench-run": RUN, "bench-expires": "1700000000" };

async function folder(): Promise<string> {
  const cwd = await mkdtemp(join(tmpdir(), "refbench-sweep-"));
  onTestFinished(() => rm(cwd, { recursive: true, force: true, maxRetries: 3 }));
  return cwd;
}

function inventoryOf(cwd: string): string {
  return join(cwd, ".refbench", "twin", "inventory");
}

/** Plants a leak in the twin of a folder, like a manual deployment. */
async function plant(
  cwd: string,
  kind: string,
  name: string,
  extra: Partial<TwinItem> = {},
): Promise<string> {
  const key = itemKey(kind, TWIN_PROJECT, name);
  await makeStore(inventoryOf(cwd)).put({
    key,
    kind,
    name,
    scope: TWIN_PROJECT,
    labels: {},
    status: "ready",
    createdAt: new Date().toISOString(),
    origin: "leak",
    uses: [],
    ...extra,
  });
  return key;
}

async function left(cwd: string): Promise<readonly string[]> {
  return (await makeStore(inventoryOf(cwd)).list()).map(({ name }) => name).sort();
}

function reportOf({ stdout, stderr }: Pick<Ended, "stdout" | "stderr">): SweepReport {
  if (stdout === "") throw new Error(stderr);
  return JSON.parse(stdout) as SweepReport;
}

describe("refbench sweep", () => {
  test("removes planted leaks in the order of their dependencies, and names the items that it keeps", async () => {
    const cwd = await folder();
    const network = await plant(cwd, "google_compute_network", "net", { labels: PAST });
    const subnet = await plant(cwd, "google_compute_subnetwork", "subnet", { runId: RUN, uses: [network] });
    await plant(cwd, "google_compute_firewall", "k8s-fw", { uses: [network] });
    await plant(cwd, "google_compute_forwarding_rule", "k8s-lb", { uses: [subnet], origin: "controller" });
    await plant(cwd, "google_sql_database_instance", "bench-000000000001-db");
    const longAgo = { createdAt: "2020-01-01T00:00:00Z" };
    await plant(cwd, "google_compute_disk", "somebodys", longAgo);
    await plant(cwd, "google_compute_disk", "by-hand", {
      labels: { ...PAST, "bench-run": "x", "bench-managed": "manual" },
    });

    const ended = await refbench(cwd, "sweep", "--rehearse", "--output", "json");
    const report = reportOf(ended);
    expect(report).toMatchObject({ schemaVersion: 1, simulated: true, outcome: "swept", problems: [] });
    expect(report.residual.map(({ kind, removed }) => [kind, removed])).toEqual([
      ["google_compute_firewall", 1],
      ["google_compute_forwarding_rule", 1],
      ["google_compute_network", 1],
      ["google_compute_subnetwork", 1],
      ["google_sql_database_instance", 1],
    ]);
    expect(report.kept).toMatchObject({ manual: 1, unlabelled: 1 });
    expect(await left(cwd)).toEqual(["by-hand", "somebodys"]);
    expect(ended.code).toBe(10);

    const again = await runCommand(sweepCommand, ["--rehearse", "--include-unlabelled"], { cwd });
    expect(again.stdout).toMatch(/simulated.*1 removed, 0 remaining[\s\S]*by-hand \(manual\)/);
    expect(await left(cwd)).toEqual(["by-hand"]);
    expect((await runCommand(sweepCommand, ["--check", "--rehearse"], { cwd })).code).toBe(0);
  });

  test("tears down a run without a driver, then removes the run's remaining items", async () => {
    const cwd = await folder();
    const run = await makeRun(cwd, systemClock, {
      architecture: "gke",
      size: "canary",
      overrides: {},
      operator: "tester",
      ttlMs: 3_600_000,
      rehearsal: {
        twinRoot: join(cwd, ".refbench", "twin"),
        speed: 200,
        buildSpeed: 4,
        failBuilds: 0,
        faultsFile: undefined,
      },
      project: TWIN_PROJECT,
      refbench: { version: "0.0.0" },
    });
    await writeJson(run.driver, { host: hostname(), boot: "an earlier one", pid: 1, startTime: "1" });
    await plant(cwd, "google_compute_disk", "pvc-1", { runId: run.path.slice(-26) });

    const report = reportOf(await runCommand(sweepCommand, ["--dry-run", "--output", "json"], { cwd }));
    expect(report.runs).toMatchObject([{ teardown: "would-tear-down", adopted: true }]);
    expect(await left(cwd)).toEqual(["pvc-1"]);

    const ended = await refbench(cwd, "sweep", "--output", "json");
    expect(reportOf(ended)).toMatchObject({ outcome: "swept", runs: [{ teardown: "clean", adopted: true }] });
    expect(ended.code).toBe(10);
    expect(await left(cwd)).toEqual([]);
  });

  test("twice at once removes each thing once, and both end well", async () => {
    const cwd = await folder();
    for (let n = 0; n < 30; n += 1) await plant(cwd, "google_compute_disk", `pvc-${n}`, { labels: PAST });
    const sweeps = await Promise.all(
      [1, 2].map(() => refbench(cwd, "sweep", "--rehearse", "--output", "json")),
    );
    expect(sweeps.map(({ code }) => code).sort()).toEqual([0, 10]);
    const removed = sweeps.flatMap((ended) => reportOf(ended).items.map(({ name }) => name));
    expect(removed).toHaveLength(30);
    expect(new Set(removed).size).toBe(30);
    expect(await left(cwd)).toEqual([]);
    // One lease, not one a sweep for ever.
    expect(await readdir(join(cwd, ".refbench", "sweep", "lease"))).toHaveLength(1);
  });

  test("waits for another sweep of the folder before it looks", async () => {
    const cwd = await folder();
    await plant(cwd, "google_compute_disk", "pvc", { labels: PAST });
    const signal = new AbortController().signal;
    const other = new SweepFolder(cwd, systemClock);
    const second = new Refbench(cwd, ["sweep", "--rehearse"]);
    const during = other.alone(
      async () => {
        await second.says(/waiting for another sweep \(pid \d+\) of this folder/);
        return left(cwd);
      },
      { reportLine: () => undefined, signal },
    );
    expect(await during).toEqual(["pvc"]);
    expect((await second.ended).code).toBe(10);
    expect(await left(cwd)).toEqual([]);
  });

  test("could not, and removes nothing, when the inventory fails", async () => {
    const cwd = await folder();
    await plant(cwd, "google_compute_disk", "pvc", { labels: PAST });
    await writeFile(join(inventoryOf(cwd), "broken.json"), "{");
    const { code, stdout } = await runCommand(sweepCommand, ["--rehearse"], { cwd });
    expect(code).toBe(41);
    expect(stdout).toMatch(/could-not.*\n.*cannot list/);
    expect(await readdir(inventoryOf(cwd))).toHaveLength(2);
    expect((await runCommand(sweepCommand, ["--check", "--rehearse"], { cwd })).code).toBe(41);
  });

  test("could not, and removes nothing, when there is more than was allowed", async () => {
    const cwd = await folder();
    for (const name of ["a", "b"]) await plant(cwd, "google_compute_disk", name, { labels: PAST });
    const { code, stdout } = await runCommand(sweepCommand, ["--rehearse", "--max-resources", "1"], { cwd });
    expect(code).toBe(41);
    expect(stdout).toMatch(/2 resources would be removed, but at most 1 are allowed/);
    expect(await left(cwd)).toEqual(["a", "b"]);
  });

  test("gives what it saw first an age by its ledger, and survives one that is broken", async () => {
    const cwd = await folder();
    await plant(cwd, "google_compute_disk", "ageless", { runId: RUN, createdAt: "unknown" });
    const sweep = () => runCommand(sweepCommand, ["--rehearse", "--older-than", "0s"], { cwd });
    expect((await sweep()).code).toBe(0);
    await writeFile(join(cwd, ".refbench", "sweep", "ledger.json"), "{");
    expect(await sweep()).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/ages are counted from now on/),
    });
    expect(await left(cwd)).toEqual(["ageless"]);
    expect((await sweep()).code).toBe(10);
    expect(await left(cwd)).toEqual([]);
  });

  test("is overdue when its last complete pass is older than two periods", async () => {
    const cwd = await folder();
    const check = (...args: string[]) =>
      runCommand(sweepCommand, ["--check", "--rehearse", ...args], { cwd });
    expect((await check()).code).toBe(41);
    await runCommand(sweepCommand, ["--rehearse"], { cwd });
    expect((await check()).code).toBe(0);
    const path = join(cwd, ".refbench", "sweep", "heartbeat.json");
    const heartbeat = JSON.parse(await readFile(path, "utf8")) as { completed: Record<string, string> };
    heartbeat.completed["twin"] = new Date(Date.now() - 3 * 3_600_000).toISOString();
    await writeFile(path, JSON.stringify(heartbeat));
    expect((await check("--period", "1h")).code).toBe(41);
    expect((await check("--period", "2h")).code).toBe(0);
  });

  test.each([
    [["--output", "markdown", "--rehearse"], /--output must be text or json/],
    [["--older-than", "soon", "--rehearse"], /--older-than must be a duration .*got "soon"/],
    [["--max-resources", "-1", "--rehearse"], /--max-resources must be a whole number .*got "-1"/],
    [["--account", "12", "--region", "us-east-1"], /expected the twelve digits/],
    [["--account", "123456789012"], /needs --region/],
    [["--check", "--dry-run", "--rehearse"], /sweeps nothing/],
    [["--run", "nonsense", "--rehearse"], /no run "nonsense"/],
    [[], /sweep needs a target/],
  ])("%j is refused", async (args, words) => {
    const cwd = await folder();
    await expect(runCommand(sweepCommand, args, { cwd, env: {} })).rejects.toThrow(words);
  });
});
