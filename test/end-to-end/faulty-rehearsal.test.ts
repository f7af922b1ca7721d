import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { nightSchema } from "../../harness/nights/night.ts";
import { CANARY } from "../support/command/canary-rehearsal.ts";
import { inTwin, newFolder, onlyRecord, refbench } from "../support/command/refbench-process.ts";

describe("a rehearsal of gke", () => {
  test("of a night, with a create that the twin refuses, is a failed row of the table and the page, and clean", async () => {
    const cwd = await newFolder();
    const refused = {
      op: "create",
      type: "google_container_node_pool",
      do: "refuse",
      message: "quota exceeded",
    };
    await writeFile(join(cwd, "faults.json"), JSON.stringify({ faults: [refused] }));
    const ended = await refbench(
      cwd,
      ...["nightly", "--rehearse", "--sizes", "gke/canary", "--faults", "gke/canary=faults.json"],
      ...["--speed", "2000", "--build-speed", "50", "--site", "site", "--output", "json"],
    );
    expect(ended.code).toBe(30);
    const night = nightSchema.parse(JSON.parse(ended.stdout));
    expect(night).toMatchObject({ verdict: "infrastructure", runs: [{ stage: "provision" }] });
    expect(night.steps.filter(({ outcome }) => outcome !== "ok")).toEqual([]);
    const record = await onlyRecord(cwd);
    expect(record).toMatchObject({
      origin: { kind: "nightly", night: night.night },
      teardown: { state: "clean" },
    });
    const page = await readFile(join(cwd, "site", "index.html"), "utf8");
    expect(page).toContain("SIMULATED");
    expect(page).toContain("quota exceeded");
    const table = await refbench(cwd, "results", "table", "--rehearsals");
    expect(table.stdout.replaceAll(/\s+/g, " ")).toContain("failed (infrastructure) in provision");
    expect(await inTwin(cwd)).toEqual([]);
  }, 300_000);

  test("that exceeds --max-cost while it is created is stopped, torn down and exits 50", async () => {
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

  test("waits for a control plane that goes away, applies its stack again, and says that a node was replaced", async () => {
    const cwd = await newFolder();
    const away = { op: "create", do: "control-plane-away", ms: 1_000 };
    await writeFile(
      join(cwd, "faults.json"),
      JSON.stringify({
        faults: [
          { ...away, type: "google_container_node_pool" },
          { ...away, type: "helm_release" },
          { op: "nodes", do: "replace-node" },
        ],
      }),
    );
    const ended = await refbench(cwd, ...CANARY, "--faults", "faults.json");
    expect(ended.stderr).toMatch(
      /waiting for the control plane of cluster bench-\w+-gke: its status is RECON/,
    );
    expect(ended.stderr).toMatch(/the cluster's control plane went away; reapplying the stack, without the/);
    const { conditions, teardown, stages } = await onlyRecord(cwd);
    expect(stages).toContainEqual(expect.objectContaining({ stage: "load", outcome: "ok" }));
    expect(conditions).toContainEqual(
      expect.stringMatching(/^nodes: changed during the load, .* 1 replaced \(bench-\w+-coder-0\)$/),
    );
    expect(teardown.state).toBe("clean");
    expect(await inTwin(cwd)).toEqual([]);
  }, 300_000);

  test("with lost answers to creates, and a leak that no state knows, is swept clean", async () => {
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
});
