import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { seenIn } from "../../../harness/model/ports/listing.ts";
import type { Inventory, InventoryItem } from "../../../harness/model/ports/inventory.ts";
import { faultsFile, type FaultsFile } from "../../../rehearsal/twin/faults.ts";
import { withInventoryFaults } from "../../../rehearsal/twin/faulty-inventory.ts";

const { signal } = new AbortController();
const item = (name: string, createdAt = "2026-01-01T00:00:00Z"): InventoryItem => ({
  id: name,
  kind: "google_compute_disk",
  name,
  labels: {},
  createdAt,
});

async function inventoryWith(
  faults: readonly Record<string, unknown>[],
  items: readonly InventoryItem[] = [item("a"), item("b")],
): Promise<Inventory> {
  const file = join(await mkdtemp(join(tmpdir(), "refbench-faults-")), "faults.json");
  const checked: FaultsFile = faultsFile.parse({ faults });
  await writeFile(file, JSON.stringify(checked));
  return withInventoryFaults(
    {
      list: () => Promise.resolve({ state: "complete", scope: "twin", kinds: [], items }),
      remove: () => Promise.resolve({ state: "removed" }),
    },
    file,
  );
}

describe("the twin's inventory under planned faults", () => {
  test("fails as often as planned, and never calls an empty answer complete", async () => {
    const inventory = await inventoryWith([{ op: "list", do: "fail", times: 2 }]);
    for (let call = 0; call < 2; call += 1)
      expect(await inventory.list({}, signal)).toMatchObject({ state: "failed", partial: [] });
    expect(await inventory.list({}, signal)).toMatchObject({ state: "complete" });
  });

  test("marks half an answer as incomplete", async () => {
    const inventory = await inventoryWith([{ op: "list", do: "partial", nth: 2 }]);
    expect(await inventory.list({}, signal)).toMatchObject({ state: "complete" });
    expect(await inventory.list({}, signal)).toMatchObject({ state: "failed", partial: [{ name: "a" }] });
  });

  test("denies what is in a cluster while the cluster exists, and not once it is gone", async () => {
    const faults = [{ op: "list", do: "cluster-denied", times: 9 }];
    const disk = item("disk");
    const pod = { ...item("pod"), kind: "kubernetes_pod" };
    const cluster = { ...item("bench-gke"), kind: "google_container_cluster" };
    expect(await (await inventoryWith(faults, [disk, pod, cluster])).list({}, signal)).toMatchObject({
      state: "failed",
      reason: expect.stringContaining(
        "Kubernetes cluster bench-gke: kubernetes_namespace_v1: denied",
      ) as string,
      partial: [{ name: "disk" }, { name: "bench-gke" }],
    });
    expect(await (await inventoryWith(faults, [disk])).list({}, signal)).toMatchObject({ state: "complete" });
  });

  test("hides what is new, at every call, and shows what is old", async () => {
    const items = [item("old"), item("new", new Date().toISOString())];
    const inventory = await inventoryWith([{ op: "list", do: "late", ms: 60_000 }], items);
    for (let call = 0; call < 3; call += 1)
      expect(seenIn(await inventory.list({}, signal))).toMatchObject([{ name: "old" }]);
  });

  test("reports a delete as in use for the planned time, and as often as planned", async () => {
    const inventory = await inventoryWith([
      { op: "delete", type: "google_compute_*", name: "a", do: "in-use", ms: 3_600_000 },
      { op: "delete", type: "google_compute_disk", name: "b", do: "in-use" },
    ]);
    const outcome = async (name: string): Promise<string> =>
      (await inventory.remove(item(name), signal)).state;
    expect([await outcome("a"), await outcome("a"), await outcome("a")]).toEqual([
      "in-use",
      "in-use",
      "in-use",
    ]);
    expect([await outcome("b"), await outcome("b")]).toEqual(["in-use", "removed"]);
  });

  test("refuses stuck deletes for ever, and throttled ones as often as planned", async () => {
    const inventory = await inventoryWith([
      { op: "delete", type: "google_compute_*", name: "a", do: "stuck-delete" },
      { op: "delete", type: "google_compute_disk", name: "b", do: "throttle" },
    ]);
    for (let call = 0; call < 3; call += 1)
      expect(await inventory.remove(item("a"), signal)).toMatchObject({ state: "failed" });
    expect(await inventory.remove(item("b"), signal)).toMatchObject({ state: "throttled" });
    expect(await inventory.remove(item("b"), signal)).toEqual({ state: "removed" });
  });

  test("leaves the faults of terraform's deletes to terraform", async () => {
    const inventory = await inventoryWith([{ op: "delete", type: "*", do: "refuse" }]);
    expect(await inventory.remove(item("a"), signal)).toEqual({ state: "removed" });
  });
});
