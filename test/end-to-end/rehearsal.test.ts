import { mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CANARY } from "../support/command/canary-rehearsal.ts";
import { GOOD_CLAIMS, licenceOf } from "../support/coder/licence.ts";
import { inTwin, newFolder, onlyRecord, Refbench, refbench } from "../support/command/refbench-process.ts";
import { SecretWatch } from "../support/secret-watch.ts";

describe("a rehearsal of gke", () => {
  test("over TLS drives terraform, measures, prints the row, leaves nothing and reveals no secret", async () => {
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
    // A busy machine may make the generator the limit. That is reported, and it is not a failure of the path.
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

  test("in stages continues from the state that the last one left, and ends on teardown", async () => {
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
