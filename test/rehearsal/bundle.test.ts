import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { bundle, keepBundle } from "../../rehearsal/bundle.ts";

const ENTRY = join(import.meta.dirname, "../../harness/model/run-id.ts");

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

describe("the folder of bundles", () => {
  const content = Buffer.from("export const a = 1;\n");
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "refbench-bundle-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const beside = (name: string) => () => join(folder, name);

  /** Refuses every write, even root's: a file takes the place of the folder. */
  function readOnly(name: string): () => string {
    writeFileSync(join(folder, name), "");
    return () => join(folder, name, "cache");
  }

  test("an installation that cannot be written keeps them in the next folder", () => {
    const file = keepBundle(content, [readOnly("theirs"), beside("mine")]);
    expect(file.startsWith(join(folder, "mine"))).toBe(true);
    expect(readFileSync(file)).toEqual(content);
    expect(keepBundle(content, [readOnly("theirs"), beside("mine")])).toBe(file);
  });

  test("a kept file is believed by its content, not by its name", () => {
    const file = keepBundle(content, [beside("cache")]);
    writeFileSync(file, content.subarray(0, 5));
    expect(keepBundle(content, [beside("cache")])).toBe(file);
    expect(readFileSync(file)).toEqual(content);
    expect(readdirSync(join(folder, "cache"))).toHaveLength(1);
  });

  test("if no folder can be written, the error names each, and no half file remains", () => {
    mkdirSync(join(folder, "taken"));
    const name = keepBundle(content, [beside("cache")]).slice(join(folder, "cache").length);
    mkdirSync(join(folder, "taken", name));
    expect(() => keepBundle(content, [readOnly("theirs"), beside("taken")])).toThrow(
      /cannot be kept anywhere: ENOTDIR.*theirs.*; EISDIR.*TMPDIR/,
    );
    expect(readdirSync(join(folder, "taken"))).toHaveLength(1);
  });
});
