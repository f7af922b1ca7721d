import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CANARY } from "../support/command/canary-rehearsal.ts";
import { inTwin, newFolder, onlyRecord, Refbench, refbench } from "../support/command/refbench-process.ts";

async function onlyRun(cwd: string): Promise<string> {
  const [run] = await readdir(join(cwd, ".refbench", "runs"));
  return run!;
}

describe("a rehearsal of gke", () => {
  test.each([
    ["SIGKILL", /gke-cloud 3 of/, 137],
    ["SIGTERM", /load: started/, 60],
  ] as const)(
    "is torn down by the reaper alone after its process gets %s at %s",
    async (signal, when, code) => {
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
    },
  );

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
});
