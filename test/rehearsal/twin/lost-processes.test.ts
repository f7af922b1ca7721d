import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { seenIn } from "../../../harness/model/ports/listing.ts";
import { newRunId } from "../../../harness/model/run-id.ts";
import { programFile } from "../../../rehearsal/bundle.ts";
import type { TwinItem } from "../../../rehearsal/inventory/item.ts";
import { endProcessesBehind, processesBehind } from "../../../rehearsal/inventory/marked-processes.ts";
import { makeStore, type TwinStore } from "../../../rehearsal/inventory/store.ts";
import { folderOfAddress } from "../../../rehearsal/runner/disk.ts";
import type { Cloud } from "../../../rehearsal/twin/cloud/cloud.ts";
import { reserveAddress } from "../../../rehearsal/twin/programs/address.ts";
import { controllerItem } from "../../../rehearsal/twin/controllers/controller-item.ts";
import { launchRunner } from "../../../rehearsal/twin/programs/runner.ts";
import { twinIfAny, twinInventory } from "../../../rehearsal/twin/inventory-adapter.ts";

const runId = newRunId();
const signal = AbortSignal.timeout(60_000);
const runner = programFile("runner");

let root: string;
let store: TwinStore;
let item: TwinItem;
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), "twin-lost-"));
  store = makeStore(join(root, "inventory"));
  const made = { kind: "google_compute_instance", scope: "project/zone", name: "machine" };
  item = controllerItem(made, { runId });
  await store.put(item);
});
afterEach(async () => {
  await endProcessesBehind(root, new Set([item.key]));
  rmSync(root, { recursive: true, force: true });
});

async function start(): Promise<void> {
  const settings = { root, runner: await runner } as Cloud["settings"];
  await launchRunner({ store, settings, signal }, item, { users: [], reports: true });
}

describe("a server whose start fails after its process exists is ended", () => {
  test("if its identity cannot be written", async () => {
    const { host } = await reserveAddress(root, item.key, 22_022);
    mkdirSync(join(folderOfAddress(root, host), "process.json"));
    await expect(start()).rejects.toThrow("EISDIR");
    expect(processesBehind(root, item.key)).toEqual([]);
  });

  test("if its item cannot be written", async () => {
    rmSync(store.directory, { recursive: true });
    await expect(start()).rejects.toThrow("ENOENT");
    expect(processesBehind(root, item.key)).toEqual([]);
  });
});

describe("a process whose item is gone", () => {
  test("is listed as remaining of its run, and removed like everything else", async () => {
    await start();
    expect(seenIn(await twinInventory(root).list({ runId }, signal))).toMatchObject([{ id: item.key }]);
    await store.remove(item.key);
    const inventory = twinInventory(root);
    const left = seenIn(await inventory.list({ runId }, signal));
    expect(left).toMatchObject([{ kind: "twin_process", location: item.key, runId }]);
    expect(await inventory.remove(left[0]!, signal)).toEqual({ state: "removed" });
    expect(await inventory.list({ runId }, signal)).toMatchObject({ state: "complete", items: [] });
    expect(processesBehind(root, item.key)).toEqual([]);
    expect(await inventory.remove(left[0]!, signal)).toEqual({ state: "gone" });
  });

  test("is seen and ended even if the whole twin is gone", async () => {
    await start();
    rmSync(root, { recursive: true });
    const answer = await twinInventory(root).list({ runId }, signal);
    expect(answer).toMatchObject({ state: "failed", partial: [{ kind: "twin_process" }] });
    const anew = twinIfAny(root);
    const left = seenIn(await anew.list({}, signal));
    expect(left).toMatchObject([{ kind: "twin_process", runId }]);
    expect(await anew.remove(left[0]!, signal)).toEqual({ state: "removed" });
    expect(processesBehind(root, item.key)).toEqual([]);
  });

  test("that belongs to another twin is not this one's", async () => {
    await start();
    await store.remove(item.key);
    const other = mkdtempSync(join(tmpdir(), "twin-other-"));
    makeStore(join(other, "inventory"));
    expect(await twinInventory(other).list({}, signal)).toMatchObject({ state: "complete", items: [] });
    rmSync(other, { recursive: true });
  });
});
