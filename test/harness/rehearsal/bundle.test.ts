import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { bundle } from "../../../harness/rehearsal/bundle.ts";

const ENTRY = join(import.meta.dirname, "../../../harness/model/run-id.ts");

/** Processes of esbuild that this process started, by pid. */
function esbuildChildren(): readonly string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const parent = /^PPid:\t(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
        return (
          Number(parent) === process.pid && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("esbuild")
        );
      } catch {
        return false;
      }
    });
}

test.runIf(process.platform === "linux")(
  "esbuild's service ends with the last of several bundles: it would stay beside run and reaper for hours",
  async () => {
    const before = esbuildChildren();
    const [one, other] = await Promise.all([bundle(ENTRY), bundle(ENTRY)]);
    expect(one).toBe(other);
    // The kernel takes a moment to bury it.
    await expect.poll(esbuildChildren, { timeout: 10_000 }).toEqual(before);
  },
);
