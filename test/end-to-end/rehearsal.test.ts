import { mkdir, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { GOOD_CLAIMS, licenceOf } from "../support/licence.ts";
import { inTwin, newFolder, onlyRecord, Refbench, refbench } from "../support/refbench-process.ts";
import { SecretWatch } from "../support/secret-watch.ts";

/** Small enough for a test, with every layer walked: real Terraform, the twin, the emulator, the shard. */
const CANARY = [
  ...["run", "gke", "--rehearse", "--size", "canary", "--speed", "2000", "--build-speed", "50"],
  ...["--set", "connections.holdSeconds=1"],
] as const;

async function onlyRun(cwd: string): Promise<string> {
  const [run] = await readdir(join(cwd, ".refbench", "runs"));
  return run!;
}

describe("a rehearsal of gke", () => {
  test("over TLS drives terraform, measures, prints the row, leaves nothing and tells no secret", async () => {
    const cwd = await newFolder();
    // Its temporary files lie in its folder, so that they are looked through too.
    const tmp = join(cwd, "tmp");
    await mkdir(tmp);
    const licence = licenceOf(GOOD_CLAIMS);
    await using secrets = new SecretWatch(cwd, { licence });
    const ended = await new Refbench(
      cwd,
      [...CANARY, "--tls", "--output", "text", "--output", "json:result.json"],
      {
        ...process.env,
        TMPDIR: tmp,
        REFBENCH_LICENCE: licence,
      },
    ).ended;
    expect(await secrets.end({ stdout: ended.stdout, stderr: ended.stderr })).toEqual([]);
    expect(secrets.names).toEqual([
      ...["adminPassword", "databasePassword", "licence", "runnerKey", "tlsKey", "token"],
    ]);
    // A busy machine may make the generator the limit, which is said and is no failure of the path.
    expect([0, 21]).toContain(ended.code);
    expect(ended.stdout).toContain("simulated");
    expect(ended.stdout).toContain("2 succeeded");
    const record = await onlyRecord(cwd);
    expect(record).toMatchObject({
      simulated: true,
      coder: "emulated",
      teardown: { state: "clean", left: [], swept: [] },
    });
    expect(record.coderVersion).toBeUndefined();
    expect(record.conditions).toContain("TLS: self-signed by the run's own CA");
    expect(record.resources["gke-cloud"]).toBeGreaterThan(5);
    expect(record.resources["gke-coder"]).toBeGreaterThan(3);
    expect(record.measurements).toMatchObject({
      workspaces: { asked: 2, succeeded: 2 },
      connections: { asked: 4, held: 4 },
    });
    expect(await inTwin(cwd)).toEqual([]);
    expect((await stat(join(cwd, "result.json"))).size).toBeGreaterThan(0);
  });

  test.each([
    ["SIGKILL", /gke-cloud 3 of/, 137],
    ["SIGTERM", /load: started/, 60],
  ] as const)("whose process gets %s at %s is torn down by the reaper alone", async (signal, when, code) => {
    const cwd = await newFolder();
    const run = new Refbench(cwd, CANARY);
    await run.says(when);
    run.kill(signal);
    const ended = await run.ended;
    expect(ended.code ?? 128 + 9).toBe(code);
    const watched = await refbench(cwd, "watch", await onlyRun(cwd));
    expect(watched.code).toBe(0);
    expect(await onlyRecord(cwd)).toMatchObject({
      verdict: "interrupted",
      teardown: { state: "clean", left: [] },
    });
    expect(await inTwin(cwd)).toEqual([]);
  });

  test("stopped by one Ctrl-C shows its teardown and ends interrupted", async () => {
    const cwd = await newFolder();
    const run = new Refbench(cwd, CANARY);
    await run.says(/load: started/);
    run.kill("SIGINT");
    const ended = await run.ended;
    expect(ended.code).toBe(61);
    expect(ended.stderr).toMatch(/audit: clean/);
    expect(await inTwin(cwd)).toEqual([]);
  });

  test("with a create that the twin refuses is infrastructure, and clean", async () => {
    const cwd = await newFolder();
    await writeFile(
      join(cwd, "faults.json"),
      JSON.stringify({
        faults: [
          { op: "create", type: "google_container_node_pool", do: "refuse", message: "quota exceeded" },
        ],
      }),
    );
    const ended = await refbench(cwd, ...CANARY, "--faults", "faults.json");
    expect(ended.code).toBe(30);
    expect(ended.stdout).toContain("quota exceeded");
    expect(await inTwin(cwd)).toEqual([]);
  });

  test("that becomes dearer than --max-cost while it is created is stopped, torn down and exits 50", async () => {
    const cwd = await newFolder();
    const faults = join(cwd, "faults.json");
    const slow = { op: "create", type: "google_sql_database_instance", do: "slow", ms: 600_000 };
    await writeFile(faults, JSON.stringify({ faults: [slow] }));
    // Four hours of the twin are some seconds.
    const ended = await refbench(cwd, ...CANARY, "--max-cost", "3", "--faults", faults);
    expect(ended.code).toBe(50);
    expect(ended.stderr).toMatch(
      /cost: \$0\.6\d estimated \(simulated: nothing is billed\), at most \$3\.00/,
    );
    const record = await onlyRecord(cwd);
    expect(record).toMatchObject({
      verdict: "cost-ceiling",
      teardown: { state: "clean" },
      cost: { ceiling: 3, basis: "simulated" },
    });
    expect(record.cost?.spent).toBeGreaterThan(2);
    expect(await inTwin(cwd)).toEqual([]);
  });

  test("with creates whose answers are lost, and a leak that no state knows, is swept clean", async () => {
    const cwd = await newFolder();
    await writeFile(
      join(cwd, "faults.json"),
      JSON.stringify({
        faults: [
          { op: "create", type: "google_compute_network", do: "leak" },
          { op: "create", type: "google_sql_database_instance", do: "accept-and-lose-answer" },
        ],
      }),
    );
    const ended = await refbench(cwd, ...CANARY, "--faults", "faults.json");
    expect(ended.code).toBe(30);
    const { teardown } = await onlyRecord(cwd);
    expect(teardown.state).toBe("clean");
    const kinds = teardown.state === "pending" ? [] : teardown.swept.map(({ kind }) => kind).sort();
    expect(kinds).toEqual(["google_compute_disk", "google_sql_database_instance"]);
    expect(await inTwin(cwd)).toEqual([]);
  });

  test("in stages goes on from what the last one left, and ends on teardown", async () => {
    const cwd = await newFolder();
    const preflight = await refbench(cwd, "stage", "preflight", ...CANARY.slice(1));
    expect(preflight.code).toBe(0);
    const id = preflight.stdout.trim();
    for (const stage of ["provision", "bootstrap"])
      expect((await refbench(cwd, "stage", stage, "--run", id)).code).toBe(0);
    expect((await inTwin(cwd)).length).toBeGreaterThan(15);
    expect((await refbench(cwd, "stage", "drain", "--run", id)).code).toBe(0);
    const ended = await refbench(cwd, "teardown", id);
    expect(ended.code).toBe(0);
    expect(await inTwin(cwd)).toEqual([]);
    expect(await onlyRecord(cwd)).toMatchObject({ verdict: "interrupted", teardown: { state: "clean" } });
  });
});
