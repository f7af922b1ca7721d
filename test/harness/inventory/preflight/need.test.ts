import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { AWS_POLICIES } from "../../../../harness/inventory/preflight/aws/policies.ts";
import { resolveSize } from "../../../../reference-architectures/catalogue.ts";
import { gceDocker } from "../../../../reference-architectures/gce-docker/architecture.ts";
import { gceVm } from "../../../../reference-architectures/gce-vm/architecture.ts";
import { gke } from "../../../../reference-architectures/gke/architecture.ts";
import { eks } from "../../../../reference-architectures/eks/architecture.ts";
import { kubernetes } from "../../../../reference-architectures/kubernetes/architecture.ts";
import { googleQuotas, quotaOf } from "../../../../reference-architectures/quota/quota.ts";
import { apisOf } from "../../../../harness/inventory/preflight/google/apis.ts";
import {
  googlePermissions,
  permissionsToDeploy,
} from "../../../../harness/inventory/preflight/google/permissions.ts";
import { needOf } from "../../../../reference-architectures/quota/need.ts";

test("a cluster needs its pools, its volumes and the load runner", () => {
  expect(needOf(gke, gke.sizes["1200"]!)).toEqual({
    vcpus: { n2: 4 * 8 + 16, e2: 10 * 16 + 2 * 4 },
    instances: 4 + 10 + 2 + 1,
    ssdGib: 16 * 100 + 50,
    standardGib: 12_000,
    publicAddresses: 2,
    machineTypes: ["n2-standard-8", "e2-standard-4", "e2-standard-16", "n2-standard-16"],
    cpuPlatforms: ["Intel Ice Lake"],
  });
});

test("a cluster whose pods generate the load needs their nodes instead of the load runner", () => {
  const size = gke.sizes["100"]!;
  const { instances, vcpus, ssdGib } = needOf(gke, size);
  expect(needOf(gke, size, 3)).toMatchObject({
    instances: instances + 2,
    vcpus: { n2: vcpus["n2"]! + 2 * 2 },
    // The disk of a node, not that of a load runner.
    ssdGib: ssdGib - 20 + 3 * 100,
  });
});

test("a machine for each workspace counts two shared cores and one disk each", () => {
  const need = needOf(gceVm, gceVm.sizes["1000"]!);
  expect(need.vcpus["e2"]).toBe(400);
  // Balanced disks count as SSD.
  expect(need.ssdGib).toBe(200 + 20 + 2_000);
  expect(need.standardGib).toBe(0);
  expect(need.instances).toBe(202);
  const size = resolveSize("gce-vm", "1000", { "machines.workspaces.diskType": "pd-standard" });
  expect(needOf(gceVm, size.figures)).toMatchObject({ ssdGib: 220, standardGib: 2_000 });
});

test("workspaces that are containers need no disk beside their machine's", () => {
  expect(needOf(gceDocker, gceDocker.sizes[gceDocker.defaultSize]!).standardGib).toBe(0);
});

test("families without a separate quota count against CPUS, the others against theirs, and all together too", () => {
  const needs = googleQuotas(needOf(gke, gke.sizes["100"]!));
  expect(needs).toContainEqual({ metric: "CPUS", of: "region", need: 36 });
  expect(needs).toContainEqual({ metric: "N2_CPUS", of: "region", need: 10 });
  expect(needs).toContainEqual({ metric: "CPUS_ALL_REGIONS", of: "project", need: 46 });
});

test("a canary without workspace nodes asks for none", () => {
  expect(needOf(gke, gke.sizes["canary"]!).vcpus).toEqual({ n2: 4 + 2 });
});

test.each([
  [gke, "cloud-sql", ["container", "sqladmin"], ["secretmanager"]],
  [gceVm, "cloud-sql", ["secretmanager", "sqladmin"], ["container"]],
  [gceVm, "on-box", ["compute", "secretmanager"], ["container", "sqladmin"]],
] as const)("$name on $1 asks for the APIs that its stacks call", (architecture, kind, on, off) => {
  const size = architecture.sizes[architecture.defaultSize]!;
  const names = apisOf(architecture, { ...size, database: { ...size.database, kind } });
  const full = (list: readonly string[]): readonly string[] => list.map((name) => `${name}.googleapis.com`);
  expect(names).toEqual(expect.arrayContaining([...full(on)]));
  for (const name of full(off)) expect(names).not.toContain(name);
});

test("a role made of the list enters the cluster that it makes", () => {
  expect(permissionsToDeploy(gke, gke.sizes["canary"]!)).toContain("container.clusters.connect");
  expect(permissionsToDeploy(gceVm, gceVm.sizes["canary"]!)).not.toContain("container.clusters.connect");
});

test.each([
  ["gke", gke, false],
  ["gce-vm", gceVm, true],
] as const)("whether a secret of %s is in Secret Manager is known before", (_, architecture, expected) => {
  const size = architecture.sizes[architecture.defaultSize]!;
  const onBox = { ...size, database: { ...size.database, kind: "on-box" as const } };
  const all = [apisOf(architecture, onBox), permissionsToDeploy(architecture, onBox)];
  for (const names of all) expect(names.some((name) => name.startsWith("secretmanager."))).toBe(expected);
});

test("external provisioners count with their machines and disks, and never twice", () => {
  const size = gke.sizes["validated-1k"]!;
  const { machineType, nodes } = size.machines.provisioners;
  const without = needOf(gke, {
    ...size,
    machines: { ...size.machines, provisioners: { machineType, nodes: 0 } },
  });
  const need = needOf(gke, size);
  expect(nodes).toBeGreaterThan(0);
  expect(need.instances - without.instances).toBe(nodes);
  expect(need.ssdGib - without.ssdGib).toBe(nodes * 100);
});

test("the quota to ask for is what the preflight compares, in whole units and in words", () => {
  const size = gke.sizes["1200"]!;
  expect(quotaOf(gke, size).map(({ id, scope, need }) => ({ metric: id, of: scope, need }))).toEqual(
    googleQuotas(needOf(gke, size)),
  );
  expect(quotaOf(gke, size)).toContainEqual({
    id: "N2_CPUS",
    what: "vCPUs of N2 machines",
    scope: "region",
    need: 48,
  });
  // 12,000 GiB of homes and the nodes' disks are more than 12 TiB.
  const volumes = quotaOf(eks, eks.sizes["1200"]!).find(({ id }) => id === "L-7A658B76");
  expect(volumes?.need).toBe(Math.ceil((12_000 + needOf(eks, eks.sizes["1200"]!).ssdGib) / 1_024));
  expect(quotaOf(kubernetes, kubernetes.sizes["canary"]!)).toEqual([]);
});

test("the policies of AWS are those of the documentation's table, one row each", async () => {
  const rows = (await readFile("docs/real-runs.md", "utf8"))
    .split("\n")
    .filter((line) => line.startsWith("|"));
  for (const { why, names } of AWS_POLICIES) {
    const row = rows.find((line) => line.startsWith(`| ${why}`));
    for (const name of names) expect(row).toContain(`\`${name}\``);
  }
});

test("only a load runner needs a tunnel, and only a Job needs pods", () => {
  const size = gke.sizes["100"]!;
  const of = (runner: "network" | "job" | "local") => googlePermissions(gke, size, runner);
  expect(of("network").reach).toContain("iap.tunnelInstances.accessViaIAP");
  expect([of("job").reach, of("local").reach]).toEqual([[], []]);
  expect(of("job").deploy).toContain("container.jobs.create");
  expect(of("local").deploy).not.toContain("container.jobs.create");
});
