import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { makeStore } from "../../../rehearsal/inventory/store.ts";
import { twinId } from "../../../rehearsal/twin/identity.ts";
import { twinInventory } from "../../../rehearsal/twin/inventory-adapter.ts";

const signal = new AbortController().signal;
const item = { id: "google_compute_network--a", kind: "google_compute_network", name: "a", labels: {} };

async function newTwin() {
  const root = await mkdtemp(join(tmpdir(), "refbench-twin-"));
  makeStore(join(root, "inventory"));
  return { root, id: twinId(root) };
}

describe("a twin that is gone", () => {
  test("answers nothing and removes nothing, and reading does not make it anew", async () => {
    const { root, id } = await newTwin();
    await rm(root, { recursive: true });
    const inventory = twinInventory(root, id);
    expect(await inventory.list({}, signal)).toMatchObject({ state: "failed", partial: [] });
    expect(await inventory.remove(item, signal)).toMatchObject({ state: "failed" });
    await expect(readdir(root)).rejects.toMatchObject({ code: "ENOENT" });
  });

  test("is not replaced by another, empty one at the same place", async () => {
    const { root, id } = await newTwin();
    await rm(root, { recursive: true });
    makeStore(join(root, "inventory"));
    twinId(root);
    expect(await twinInventory(root, id).list({}, signal)).toMatchObject({ state: "failed" });
    expect(await twinInventory(root).list({}, signal)).toMatchObject({ state: "complete", items: [] });
  });

  test("whose inventory alone is gone answers nothing either", async () => {
    const { root } = await newTwin();
    await rm(join(root, "inventory"), { recursive: true });
    expect(await twinInventory(root).list({}, signal)).toMatchObject({ state: "failed" });
  });
});
