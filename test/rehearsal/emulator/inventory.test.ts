import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { itemKey } from "../../../rehearsal/inventory/key.ts";
import { openStore } from "../../../rehearsal/inventory/store.ts";
import type { TwinStore } from "../../../rehearsal/inventory/store.ts";
import { systemClock } from "../../../harness/tools/time/clock.ts";
import { runDrain } from "../../../harness/workload/removal/drain.ts";
import { packTar } from "./tar.ts";
import { emulated, eventually } from "./driver.ts";
import type { Driver, Json } from "./driver.ts";

const RUN = "01jdz0000000000000abcdefgh";
const CLUSTER = itemKey("google_container_cluster", "project/zone", "cluster-1");
let directory: string;
let store: TwinStore;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "refbench-emulator-"));
  store = openStore(directory);
  await store.put({
    key: CLUSTER,
    kind: "google_container_cluster",
    name: "cluster-1",
    scope: "project/zone",
    labels: {},
    status: "ready",
    createdAt: new Date().toISOString(),
    origin: "terraform",
    uses: [],
  });
});
afterEach(() => rm(directory, { recursive: true }));

/** A deployment in the cluster with a template that carries the run's labels. */
async function deployed(failBuilds = 0, are: "pods" | "containers" | "machines" = "pods"): Promise<Driver> {
  const driver = await emulated({
    failBuilds,
    seeded: true,
    inventory: { directory, are, cluster: CLUSTER, namespace: "coder-workspaces" },
  });
  const main = `
    variable "bench_run" {}
    variable "bench_owner" {}
    data "coder_parameter" "home" {
      name = "home_disk_size"
      type = "number"
      default = 10
    }
    resource "coder_agent" "main" {}
    resource "kubernetes_pod_v1" "workspace" {}`;
  const file = await fetch(`${driver.url}/api/v2/files`, {
    method: "POST",
    headers: { "coder-session-token": driver.token, "content-type": "application/x-tar" },
    body: packTar({ "main.tf": main }),
  });
  const { hash } = (await file.json()) as { hash: string };
  const organization = await driver.organization();
  const version = await driver.post(`/api/v2/organizations/${organization}/templateversions`, {
    storage_method: "file",
    file_id: hash,
    provisioner: "terraform",
    user_variable_values: [
      { name: "bench_run", value: RUN },
      { name: "bench_owner", value: "ada" },
    ],
  });
  await driver.followed(`/api/v2/templateversions/${version.json.id}/logs?follow`);
  await driver.post(`/api/v2/organizations/${organization}/templates`, {
    name: "labelled",
    template_version_id: version.json.id,
  });
  return driver;
}

async function workspace(driver: Driver, name: string, size: string): Promise<Json> {
  const template_id = (await driver.template("labelled")).id;
  const parameters = [{ name: "home_disk_size", value: size }];
  const made = await driver.post("/api/v2/users/me/workspaces", {
    template_id,
    name,
    rich_parameter_values: parameters,
  });
  await driver.built(made.json.latest_build.id);
  return made.json;
}

async function kinds(): Promise<string[]> {
  const items = await store.list();
  return items
    .filter(({ key }) => key !== CLUSTER)
    .map(({ kind, status }) => `${kind} ${status}`)
    .sort();
}

const ALL = ["google_compute_disk ready", "kubernetes_persistent_volume_claim ready", "kubernetes_pod ready"];

test("a workspace is a pod, a claim and a disk, labelled with their run", async () => {
  const driver = await deployed();
  await workspace(driver, "w1", "10");
  await driver.close();
  expect(await kinds()).toEqual(ALL);
  const items = await store.list();
  const claim = items.find(({ kind }) => kind === "kubernetes_persistent_volume_claim");
  expect(items.find(({ kind }) => kind === "kubernetes_pod")).toMatchObject({
    labels: { "bench-run": RUN, "bench-owner": "ada", "bench-managed": "coder" },
    name: expect.stringMatching(/^bench-0000abcdefgh-/),
    parent: CLUSTER,
    origin: "coder",
    runId: RUN,
  });
  expect(items.find(({ kind }) => kind === "google_compute_disk")).toMatchObject({
    owner: claim?.key,
    origin: "controller",
  });
});

test("without a home disk there is a pod alone", async () => {
  const driver = await deployed();
  await workspace(driver, "w1", "0");
  await driver.close();
  expect(await kinds()).toEqual(["kubernetes_pod ready"]);
});

test("stop removes the pod alone; delete removes all, the disk some moments later", async () => {
  const driver = await deployed();
  const { id } = await workspace(driver, "w1", "10");
  const stop = await driver.post(`/api/v2/workspaces/${id}/builds`, { transition: "stop" });
  await driver.built(stop.json.id);
  await eventually(async () => (await kinds()).length === 2);
  expect(await kinds()).toEqual(ALL.slice(0, 2));
  await driver.deleted(id);
  await eventually(async () => (await kinds()).length === 0);
  await driver.close();
  expect(await kinds()).toEqual([]);
});

test("a failed build leaves its claim until the workspace is deleted", async () => {
  const driver = await deployed(1);
  const { id } = await workspace(driver, "w1", "10");
  await eventually(async () => (await kinds()).length !== 0);
  expect(await kinds()).toEqual(["kubernetes_persistent_volume_claim ready"]);
  await driver.deleted(id);
  await driver.close();
  expect(await kinds()).toEqual([]);
});

test("an inventory that cannot be written is an error of closing, never silence", async () => {
  const warnings: string[] = [];
  const driver = await emulated(
    { inventory: { directory, are: "pods", cluster: "no-such-cluster", namespace: "x" } },
    { onWarning: (message) => void warnings.push(message) },
  );
  await driver.ready("w1");
  await expect(driver.close()).rejects.toThrow(/no cluster no-such-cluster/);
});

test.each([
  ["containers", ["docker_container", "docker_volume"]],
  ["machines", ["google_compute_disk", "google_compute_instance"]],
] as const)(
  "if Coder is on a machine, workspaces are %s with the run's labels, and disappear with their delete",
  async (are, made) => {
    const driver = await deployed(0, are);
    const { id } = await workspace(driver, "w1", "10");
    await eventually(async () => (await kinds()).length === made.length);
    expect(await kinds()).toEqual(made.map((kind) => `${kind} ready`));
    const items = (await store.list()).filter(({ key }) => key !== CLUSTER);
    for (const item of items) {
      expect(item).toMatchObject({
        labels: { "bench-run": RUN, "bench-owner": "ada", "bench-managed": "coder" },
        origin: "coder",
        runId: RUN,
      });
      // Containers vanish with Coder's machine; a workspace's machine outlives it, and takes its disk along.
      const parent =
        are === "containers" ? CLUSTER : items.find(({ kind }) => kind === "google_compute_instance")!.key;
      expect(item.parent).toBe(item.kind === "google_compute_instance" ? undefined : parent);
    }
    const { json } = await driver.post(`/api/v2/workspaces/${id}/builds`, { transition: "delete" });
    await driver.built(json.id);
    await driver.close();
    expect(await kinds()).toEqual([]);
  },
);

test("the machines of prebuilt workspaces come again until their reconciler is paused; then none remains", async () => {
  const driver = await emulated({
    ...{ seeded: true, licence: "simulated", prebuilds: 2, buildSpeed: 300 },
    inventory: { directory, are: "machines", cluster: CLUSTER, namespace: "coder-workspaces" },
  });
  const machines = async (): Promise<number> =>
    (await kinds()).filter((kind) => kind.startsWith("google_compute_instance ")).length;
  await eventually(async () => (await machines()) === 2);
  const listing = await driver.get("/api/v2/workspaces");
  const found = listing.json.workspaces as readonly {
    id: string;
    is_prebuild: boolean;
    owner_name: string;
  }[];
  for (const { id, is_prebuild: isPrebuild, owner_name: owner } of found) {
    expect([isPrebuild, owner]).toEqual([true, "prebuilds"]);
    await driver.deleted(id);
  }
  await eventually(async () => (await machines()) === 2);
  await runDrain(
    {
      task: "drain",
      deployment: { url: driver.url, ssh: "none" },
      ...{ token: driver.token, concurrency: 0, timeoutMs: 30_000 },
    },
    { signal: new AbortController().signal, clock: systemClock, emit: () => undefined },
  );
  await eventually(async () => (await kinds()).length === 0);
  await driver.close();
  expect(await kinds()).toEqual([]);
});
