import { expect, test } from "vitest";
import { drainedJson, drainedText } from "../../../harness/cli/write-drained.ts";

const drained = (result: object) => ({
  ...{ architecture: "gce-vm", simulated: false, coderUrl: "http://coder" },
  result: { stopped: false, deleted: 2, remaining: [], ...result },
});

test("a drain that paused the prebuilds says so, with what undoes it, before the next step", () => {
  const lines = drainedText(drained({ pausedPrebuilds: true })).split("\n");
  expect(lines[1]).toContain("Coder's prebuilds reconciler was paused");
  expect(lines[1]).toContain("coder prebuilds resume");
  expect(lines[2]).toBe("Next: npx cdktf destroy 'gce-vm*'");
  expect(drainedText(drained({}))).not.toContain("prebuilds");
  expect(JSON.parse(drainedJson(drained({})))).toMatchObject({ pausedPrebuilds: false });
});

test("if something remains, the next step is another drain, not the destroy", () => {
  const remaining = [
    { id: "1", name: "prebuilds/p1", reason: "it was created while the deployment was drained" },
  ];
  const text = drainedText(drained({ remaining }));
  expect(text).toContain("prebuilds/p1 (1): it was created");
  expect(text).toContain("Next: refbench drain gce-vm, and npx cdktf destroy only once nothing remains");
});
