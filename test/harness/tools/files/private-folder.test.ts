import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { privateFolder } from "../../../../harness/tools/files/private-folder.ts";

let parent: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), "refbench-private-"));
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

test("it is made once, for this user alone", () => {
  const folder = privateFolder(parent);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  expect(privateFolder(parent)).toBe(folder);
});

test("one that others may write is refused, with what to do", () => {
  chmodSync(privateFolder(parent), 0o777);
  expect(() => privateFolder(parent)).toThrow(/expected a folder that only you may enter.*TMPDIR/);
});

test("a link to another folder is refused", () => {
  const folder = privateFolder(parent);
  rmSync(folder, { recursive: true });
  mkdirSync(join(parent, "elsewhere"), { mode: 0o700 });
  symlinkSync(join(parent, "elsewhere"), folder);
  expect(() => privateFolder(parent)).toThrow("expected a folder that only you may enter");
});
