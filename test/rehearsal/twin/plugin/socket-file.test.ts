import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { newSocketFile } from "../../../../rehearsal/twin/plugin/socket-file.ts";
import { Twin } from "../workdir.ts";

/** A pid that no process has: Linux assigns at most 2^22. */
const DEAD = 2 ** 22 + 1;

let parent: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), "refbench-socket-"));
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

test("terraform reaches the twin's providers from a folder of any depth", async () => {
  const deep = join(parent, "d".repeat(80), "e".repeat(80));
  mkdirSync(deep, { recursive: true });
  await using twin = await Twin.prepare({ parent: deep, startsPlugins: true });
  const network = { google_compute_network: { one: { name: "one", auto_create_subnetworks: false } } };
  const stack = twin.stack("one", { provider: { google: { project: "p" } }, resource: network });
  expect(await twin.apply(stack)).toMatchObject({ exitCode: 0 });
});

test("a folder for temporary files that is too deep is not used", () => {
  const file = newSocketFile(join(parent, "d".repeat(80)));
  expect(file.startsWith("/tmp/refbench-")).toBe(true);
  expect(Buffer.byteLength(file)).toBeLessThan(104);
});

test("files of killed plugins are removed, and files of living ones stay", () => {
  const folder = dirname(newSocketFile(parent));
  const [left, fresh, living, other] = [
    `plugin-${DEAD}-01.sock`,
    `plugin-${DEAD}-02.sock`,
    `plugin-${process.pid}-03.sock`,
    "installation-key",
  ].map((name) => join(folder, name)) as [string, string, string, string];
  const longAgo = new Date(Date.now() - 3_600_000);
  for (const file of [left, fresh, living, other]) {
    writeFileSync(file, "");
    if (file !== fresh) utimesSync(file, longAgo, longAgo);
  }
  newSocketFile(parent);
  expect([left, fresh, living, other].map((file) => existsSync(file))).toEqual([false, true, true, true]);
});
