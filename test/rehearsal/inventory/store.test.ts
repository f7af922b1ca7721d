import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { TwinItem } from "../../../rehearsal/inventory/item.ts";
import { itemKey } from "../../../rehearsal/inventory/key.ts";
import { withLock } from "../../../rehearsal/inventory/lock.ts";
import { openStore } from "../../../rehearsal/inventory/store.ts";
import type { TwinStore } from "../../../rehearsal/inventory/store.ts";

let directory: string;
let store: TwinStore;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "twin-store-"));
  store = openStore(directory);
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function item(name: string, more: Partial<TwinItem> = {}): TwinItem {
  const kind = more.kind ?? "google_compute_disk";
  return {
    key: itemKey(kind, "project", name),
    kind,
    name,
    scope: "project",
    labels: {},
    status: "ready",
    createdAt: "2026-01-01T00:00:00.000Z",
    origin: "terraform",
    uses: [],
    ...more,
  };
}
const ago = (ms: number): string => new Date(Date.now() - ms).toISOString();

test("another process's store sees an item until it is removed", async () => {
  await store.put(item("a"));
  expect(await openStore(directory).get(item("a").key)).toEqual(item("a"));
  await store.remove(item("a").key);
  expect(await openStore(directory).list()).toEqual([]);
});

test("if many create one name at once, exactly one succeeds", async () => {
  const outcomes = await Promise.all(
    Array.from({ length: 20 }, () => openStore(directory).create(item("a"))),
  );
  expect(outcomes.filter(Boolean)).toHaveLength(1);
});

test("creating is ready, and deleting is gone, once its time is over, whoever looks", async () => {
  await store.putMany([
    item("made", { status: "creating", settlesAt: ago(1) }),
    item("gone", { status: "deleting", settlesAt: ago(1) }),
    item("going", { status: "deleting", settlesAt: ago(-60_000) }),
  ]);
  expect((await store.list()).map(({ name, status }) => `${name} ${status}`).sort()).toEqual([
    "going deleting",
    "made ready",
  ]);
});

test("a name is free again when the deletion of its holder has ended", async () => {
  await store.put(item("a", { status: "deleting", settlesAt: ago(1) }));
  expect(await store.create(item("a"))).toBe(true);
});

test("a list of some kinds leaves the others out", async () => {
  await store.putMany([item("a"), item("b", { kind: "google_compute_disk_type" })]);
  expect((await store.list(["google_compute_disk"])).map(({ name }) => name)).toEqual(["a"]);
});

test("names that a file cannot have, or that differ only in such characters, keep their own keys", async () => {
  const names = ["a/b", "a~b", "a b", "x".repeat(300), `${"x".repeat(300)}y`];
  await store.putMany(names.map((name) => item(name)));
  expect((await store.list()).map(({ name }) => name).sort()).toEqual([...names].sort());
});

test("a file that is not an item is an error that names it, never a missing item", async () => {
  writeFileSync(join(directory, "google_compute_disk--project--a.json"), "{}");
  await expect(store.list()).rejects.toThrow(/google_compute_disk--project--a\.json/);
});

test("reading and then writing under the lock loses no update", async () => {
  const file = join(directory, "lock");
  let count = 0;
  await Promise.all(
    Array.from({ length: 30 }, () =>
      withLock(file, async () => {
        const seen = count;
        await new Promise((resolve) => setImmediate(resolve));
        count = seen + 1;
      }),
    ),
  );
  expect(count).toBe(30);
});

test("the lock of a process that died holding it is broken", async () => {
  const file = join(directory, "lock");
  const holder = spawn(
    process.execPath,
    [
      "--import",
      "tsx",
      "--input-type=module",
      "-e",
      `import { withLock } from ${JSON.stringify(join(import.meta.dirname, "../../../rehearsal/inventory/lock.ts"))};
       await withLock(${JSON.stringify(file)}, () => { process.stdout.write("held\\n"); return new Promise(() => setInterval(() => {}, 1000)); });`,
    ],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  await new Promise((resolve) => holder.stdout.once("data", resolve));
  holder.kill("SIGKILL");
  expect(await withLock(file, () => "mine")).toBe("mine");
  expect(readdirSync(directory).filter((name) => name === "lock")).toEqual([]);
});

test("a manually added item under any file name can be removed", async () => {
  writeFileSync(join(directory, "planted.json"), JSON.stringify(item("a")));
  const [planted] = await store.list();
  await store.remove(planted?.key ?? "");
  expect(readdirSync(directory)).toEqual([]);
});
