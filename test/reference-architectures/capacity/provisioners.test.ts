import { describe, expect, test } from "vitest";
import { resolveSize } from "../../../reference-architectures/catalogue.ts";
import { ArchitectureError } from "../../../reference-architectures/error.ts";
import { VALIDATED } from "../../../reference-architectures/validated.ts";

function refusal(architecture: string, overrides: Record<string, unknown>): ArchitectureError {
  try {
    resolveSize(architecture, "validated-1k", overrides);
  } catch (error) {
    if (error instanceof ArchitectureError) return error;
    throw error;
  }
  throw new Error(`${JSON.stringify(overrides)} was accepted`);
}

test("the validated architectures are as published: users, workspaces, builds, coderd, provisioners, database", () => {
  const rows = Object.values(VALIDATED).map(
    ({ users, workspaces, builds, coder, provisioners, database }) => [
      ...[users, workspaces, builds, coder.replicas, coder.cores, coder.memoryGib],
      ...[provisioners, database.cores, database.memoryGib],
    ],
  );
  expect(rows).toEqual([
    [1_000, 600, 60, 3, 2, 8, 60, 8, 30],
    [2_000, 1_200, 120, 3, 4, 12, 120, 16, 60],
    [3_000, 1_800, 180, 4, 4, 12, 180, 32, 120],
    [10_000, 6_000, 600, 10, 4, 12, 600, 64, 240],
  ]);
});

describe.each(["gke", "eks", "kubernetes"])("external provisioners on %s", (architecture) => {
  test.each(Object.keys(VALIDATED))("%s runs each build in one of them, and none beside coderd", (name) => {
    const { provisioners, externalProvisioners, coder, concurrentBuilds, machines } = resolveSize(
      architecture,
      name,
    ).figures;
    expect([provisioners, coder.daemonsPerReplica]).toEqual(["external", 0]);
    expect(externalProvisioners).toMatchObject({
      count: concurrentBuilds,
      cpuMillis: 1_000,
      memoryMib: 1_024,
    });
    if (architecture !== "kubernetes")
      expect(machines.provisioners.nodes * 30).toBeGreaterThanOrEqual(externalProvisioners.count);
  });

  test("are refused with less CPU than the rule for builds", () => {
    expect(refusal(architecture, { "externalProvisioners.cpuMillis": 900 })).toMatchObject({
      path: "externalProvisioners.cpuMillis",
      expected: expect.stringMatching(/at least 1000 .*validated-2025/),
    });
  });

  test("are refused in another number than the builds", () => {
    expect(refusal(architecture, { "externalProvisioners.count": 61 })).toMatchObject({
      path: "concurrentBuilds",
      expected: expect.stringMatching(/^61 = externalProvisioners.count 61/),
    });
  });
});

test.each(["gke", "eks"])("more than 30 on a machine of %s are refused", (architecture) => {
  expect(refusal(architecture, { "machines.provisioners.nodes": 1 })).toMatchObject({
    path: "machines.provisioners.nodes",
    expected: expect.stringMatching(/at least 2 = externalProvisioners.count 60 \/ 30/),
  });
});

test.each(["gke", "eks"])("machines of %s without room for them are refused", (architecture) => {
  expect(refusal(architecture, { "externalProvisioners.cpuMillis": 4_000 })).toMatchObject({
    path: "machines.provisioners.nodes",
    expected: expect.stringMatching(/at least \d+: 7 provisioners of 4000m/),
  });
});
