import { mkdir, mkdtemp, rename } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { findTwin } from "../../../harness/composition/find-twin.ts";
import { systemClock } from "../../../harness/tools/time/clock.ts";
import { Journal } from "../../../harness/pipeline/folder/journal.ts";
import { twinId } from "../../../rehearsal/twin/identity.ts";
import { RunFolder } from "../../../harness/pipeline/folder/run-folder.ts";

describe("the twin of a run", () => {
  let cwd: string;
  let twin: string;
  const runIn = (directory: string): RunFolder => new RunFolder(join(directory, ".refbench", "runs", "run"));
  beforeEach(async () => {
    cwd = await mkdtemp(join(tmpdir(), "refbench-compose-"));
    twin = join(cwd, ".refbench", "twin");
    await mkdir(runIn(cwd).path, { recursive: true });
    await new Journal(runIn(cwd).journal, systemClock).append({ type: "run-made", runId: "run" });
  });
  const applied = async (): Promise<void> =>
    new Journal(runIn(cwd).journal, systemClock).append({
      type: "stack-intent",
      stack: "gke-cloud",
      act: "apply",
    });

  test("is created at the run's place while nothing can be in it", async () => {
    expect(await findTwin(runIn(cwd), { twinRoot: twin })).toBe(twin);
  });

  test("is found after its working folder was moved", async () => {
    await applied();
    await mkdir(join(twin, "inventory"), { recursive: true });
    await rename(cwd, `${cwd}-moved`);
    expect(await findTwin(runIn(`${cwd}-moved`), { twinRoot: twin })).toBe(
      join(`${cwd}-moved`, ".refbench", "twin"),
    );
  });

  test("is never created again once something may be in it, because an empty one would report that nothing remains", async () => {
    await applied();
    await expect(findTwin(runIn(cwd), { twinRoot: twin })).rejects.toMatchObject({ code: "inventory" });
  });

  test("is not another twin in its place", async () => {
    await applied();
    const asked = twinId(twin);
    await rename(twin, `${twin}-elsewhere`);
    await mkdir(join(twin, "inventory"), { recursive: true });
    twinId(twin);
    await expect(findTwin(runIn(cwd), { twinRoot: twin, twinId: asked })).rejects.toMatchObject({
      code: "inventory",
    });
  });
});
