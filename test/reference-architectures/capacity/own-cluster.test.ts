import { describe, expect, test } from "vitest";
import { getArchitecture, resolveSize } from "../../../reference-architectures/catalogue.ts";
import { requestsOf } from "../../../reference-architectures/capacity/own-cluster.ts";

describe("a size for a cluster of the user's own is refused with", () => {
  test.each<readonly [string, string, Record<string, unknown>, RegExp]>([
    [
      "a machine type, which no cluster sells",
      "100",
      { "machines.workspaces.machineType": "n2-standard-8" },
      /^machines\.workspaces\.machineType is "n2-standard-8", expected own-node: .* --node-selector$/,
    ],
    [
      "two replicas on a node",
      "1200",
      { "machines.coder.nodes": 3 },
      /^machines\.coder\.nodes is 3, expected at least 4/,
    ],
    [
      "too few cores for the builds",
      "100",
      { "coder.cpuMillis": 7_000 },
      /^coder\.cpuMillis is 7000, expected at least 8000 .* 30 builds \(seed-2023: 8 cores per 30 builds\)/,
    ],
    [
      "daemons without memory",
      "100",
      { "coder.memoryGib": 29 },
      /^coder\.daemonsPerReplica is 30, expected at most 29/,
    ],
    [
      "a cloud's tier of a database",
      "100",
      { "database.tier": "db-custom-2-7680" },
      /^database\.tier is "db-custom-2-7680", expected a tier of in-cluster such as db-2000m-7680Mi/,
    ],
    [
      "a Postgres without an image",
      "100",
      { "database.version": "POSTGRES_12" },
      /expected one of POSTGRES_13/,
    ],
    [
      "a cloud's database",
      "100",
      { "database.kind": "cloud-sql" },
      /expected in-cluster or external on kubernetes/,
    ],
  ])("%s", (_, size, overrides, message) => {
    expect(() => resolveSize("kubernetes", size, overrides)).toThrow(message);
  });
});

test("a database of the user's own requests nothing, and every part of a load is a pod", () => {
  const { figures } = resolveSize("kubernetes", "1200", { "database.kind": "external" });
  const requests = requestsOf(figures, { parts: 3 });
  expect(requests.map(({ role, pods, apart }) => [role, pods, apart])).toEqual([
    ["coder", 4, true],
    ["workspaces", 1_200, false],
    ["generator", 3, false],
  ]);
});

test("the canary fits on one node with two cores, whatever else a small cluster runs", () => {
  const requests = requestsOf(getArchitecture("kubernetes").sizes["canary"]!);
  const millis = requests.reduce((sum, { pods, cpuMillis }) => sum + pods * cpuMillis, 0);
  const mib = requests.reduce((sum, { pods, memoryMib }) => sum + pods * memoryMib, 0);
  expect([millis, mib].map((value, index) => value <= [1_700, 4_096][index]!)).toEqual([true, true]);
});
