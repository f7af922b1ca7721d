import { mkdir, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { TwinItem } from "../../../rehearsal/inventory/item.ts";
import { itemKey } from "../../../rehearsal/inventory/key.ts";
import { openStore } from "../../../rehearsal/inventory/store.ts";
import { readTwinMachines } from "../../../rehearsal/twin/machines.ts";
import { inventoryFolder } from "../../../rehearsal/twin/settings.ts";
import { RUN_ID } from "./configuration.ts";

const OTHER_RUN = "01kb3v9x2m7q8r5t6w4y1z0xyz";

function made(kind: string, name: string, attributes: object, run: string = RUN_ID): TwinItem {
  const scope = "p/us-central1-a";
  return {
    ...{ key: itemKey(kind, scope, name), kind, scope, name },
    labels: { "bench-run": run },
    status: "ready",
    createdAt: "2026-11-22T08:00:00Z",
    origin: "terraform",
    uses: [],
    attributes: { ...attributes },
  };
}

const pool = (minCpuPlatform: string): object => ({ node_config: [{ min_cpu_platform: minCpuPlatform }] });

test("the twin reports the processors of a run's measured machines; nodes without a minimum have one of two", async () => {
  const root = await mkdtemp(join(tmpdir(), "refbench-twin-machines-"));
  await mkdir(inventoryFolder(root));
  await openStore(inventoryFolder(root)).putMany([
    made("google_compute_instance", "bench-a-runner", { cpu_platform: "Intel Ice Lake" }),
    made("google_container_node_pool", "bench-a-coder", pool("Intel Ice Lake")),
    made("google_container_node_pool", "bench-b-coder", pool("")),
    made("google_container_node_pool", "bench-a-workspaces", pool("")),
    made("google_compute_instance", "bench-c-coder", { cpu_platform: "AMD Rome" }, OTHER_RUN),
  ]);
  const answer = await readTwinMachines(root, RUN_ID);
  expect(answer).toMatchObject({ state: "read", events: [] });
  const machines = answer.state === "read" ? answer.machines : [];
  expect(machines.map(({ name }) => name).toSorted()).toEqual([
    "bench-a-coder",
    "bench-a-runner",
    "bench-b-coder",
  ]);
  for (const { name, cpuPlatform } of machines)
    expect(cpuPlatform).toMatch(name === "bench-b-coder" ? /^Intel (Cascade|Ice) Lake$/ : /^Intel Ice Lake$/);
});

test("an unreadable twin is reported, and is never read as one without machines", async () => {
  const root = await mkdtemp(join(tmpdir(), "refbench-twin-machines-"));
  expect(await readTwinMachines(root, RUN_ID)).toMatchObject({ state: "failed" });
});
