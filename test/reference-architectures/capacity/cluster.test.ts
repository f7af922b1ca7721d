import { describe, expect, test } from "vitest";
import { resolveSize } from "../../../reference-architectures/catalogue.ts";
import { workspacesPerNode } from "../../../reference-architectures/capacity/cluster.ts";
import { GKE } from "../../../reference-architectures/capacity/clusters.ts";

const MORE = { users: 1_000, workspaces: 1_000, "connections.total": 1_000 };

describe("capacity below the demand is refused:", () => {
  const cases: readonly [string, string, Record<string, unknown>, RegExp][] = [
    ["too few workspace nodes", "100", MORE, /^machines\.workspaces\.nodes is 2, expected at least 8/],
    [
      "too few cores for the builds",
      "100",
      { "machines.coder.machineType": "n2-standard-4" },
      /^machines\.coder\.nodes is 1, expected at least 2 of n2-standard-4 for 30 builds \(seed-2023: 8 cores per 30 builds\)/,
    ],
    [
      "a rule that asks for more",
      "1200",
      { buildRule: "validated-2025" },
      /^machines\.coder\.nodes is 4, expected at least 15 of n2-standard-8 for 120 builds/,
    ],
    [
      "two replicas on a node",
      "1200",
      { "machines.coder.nodes": 3, "machines.coder.machineType": "n2-standard-16" },
      /^machines\.coder\.nodes is 3, expected at least 4, one for each/,
    ],
    [
      "daemons without memory",
      "100",
      { "coder.daemonsPerReplica": 40, concurrentBuilds: 40, "machines.coder.nodes": 2 },
      /^coder\.daemonsPerReplica is 40, expected at most 32/,
    ],
    [
      "a replica larger than its node",
      "100",
      { "coder.cpuMillis": 8_000 },
      /^coder\.cpuMillis is 8000, expected at most 7510/,
    ],
    ["a replica with more memory than its node", "100", { "coder.memoryGib": 30 }, /^coder\.memoryGib is 30/],
    [
      "a processor that nobody knows",
      "100",
      { "machines.coder.machineType": "e2-standard-8" },
      /known processor/,
    ],
    [
      "one of two processors",
      "100",
      { "machines.coder.minCpuPlatform": "Intel Cascade Lake" },
      /^machines\.coder\.minCpuPlatform is "Intel Cascade Lake", expected Intel Ice Lake: .* one of two processors/,
    ],
    [
      "an unknown machine",
      "100",
      { "machines.system.machineType": "m6i.large" },
      /^machines\.system\.machineType is "m6i\.large", expected one of/,
    ],
    [
      "no room for Kubernetes' own pods",
      "100",
      { "machines.system.nodes": 0 },
      /^machines\.system\.nodes is 0/,
    ],
    [
      "no room beside Coder",
      "canary",
      { users: 50, workspaces: 50, "connections.total": 50 },
      /^machines\.workspaces\.nodes is 0, expected at least 1/,
    ],
    [
      "too few database connections",
      "1200",
      { "database.maxConnections": 400 },
      /^database\.maxConnections is 400, expected at least 480/,
    ],
  ];
  test.each(cases)("%s", (_name, size, overrides, message) => {
    expect(() => resolveSize("gke", size, overrides)).toThrow(message);
  });
});

test("a node has no more workspaces than it can attach disks", () => {
  expect(workspacesPerNode(GKE, resolveSize("gke", "100").figures)).toBe(127);
});

test("without disks the cores decide", () => {
  expect(workspacesPerNode(GKE, resolveSize("gke", "100", { homeVolumeGib: 0 }).figures)).toBe(154);
});

test("more nodes make room for more workspaces", () => {
  expect(resolveSize("gke", "100", { ...MORE, "machines.workspaces.nodes": 8 }).figures.workspaces).toBe(
    1_000,
  );
});
