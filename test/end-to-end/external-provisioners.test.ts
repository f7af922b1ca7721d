import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CANARY } from "../support/command/canary-rehearsal.ts";
import { inTwin, newFolder, onlyRecord, refbench } from "../support/command/refbench-process.ts";

const EXTERNAL = [
  ...["licensed=true", "provisioners=external", "coder.daemonsPerReplica=0", "concurrentBuilds=3"],
  ...["externalProvisioners.count=3", "externalProvisioners.tags=zone=a", "machines.provisioners.nodes=1"],
].flatMap((figure) => ["--set", figure]);

describe("a rehearsal of gke with external provisioners", () => {
  test("deploys them after Coder, over TLS and with tags, builds on them, and leaves nothing", async () => {
    const cwd = await newFolder();
    const ended = await refbench(cwd, ...CANARY, ...EXTERNAL, "--tls");
    expect(ended.stderr).toMatch(/live: 1 replica with 3 external provisioners/);
    const record = await onlyRecord(cwd);
    expect(record.load).toMatchObject({ externalProvisioners: 3, daemonsPerReplica: 0 });
    expect(record.measurements?.builds).toMatchObject({ capacity: 3, daemons: { least: 3, most: 3 } });
    expect(record.conditions).toContainEqual(
      expect.stringMatching(/^external provisioners: 3 .*tags zone=a$/),
    );
    expect(record.teardown).toMatchObject({ state: "clean" });
    expect(await inTwin(cwd)).toEqual([]);
  }, 300_000);

  test("of which one never comes ends before the load, says how many came, and leaves nothing", async () => {
    const cwd = await newFolder();
    const lost = { op: "provisioners", do: "lose-provisioners", count: 1 };
    await writeFile(join(cwd, "faults.json"), JSON.stringify({ faults: [lost] }));
    const ended = await refbench(cwd, ...CANARY, ...EXTERNAL, "--faults", "faults.json");
    expect(ended.stderr).toContain("2 of 3 external provisioners connected with key");
    const record = await onlyRecord(cwd);
    expect(record).toMatchObject({ verdict: "harness-error", teardown: { state: "clean" } });
    expect(record.measurements).toBeUndefined();
    expect(await inTwin(cwd)).toEqual([]);
  }, 300_000);
});
