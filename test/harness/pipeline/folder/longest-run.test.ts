import { expect, test } from "vitest";
import { buildCommonContext } from "../../../../harness/composition/preflight/request.ts";
import { longestRunMs } from "../../../../harness/pipeline/folder/longest-run.ts";
import { DEADLINES_MS } from "../../../../harness/pipeline/folder/plan.ts";
import { resolveSize } from "../../../../reference-architectures/catalogue.ts";
import { FakeWorld } from "../../../support/world/fake-world.ts";

const HOUR_MS = 3_600_000;
const createdAt = new Date(0).toISOString();

test("a destroy has time for a database and a cluster that take an hour each", () => {
  expect(DEADLINES_MS.destroy).toBeGreaterThanOrEqual(2 * HOUR_MS);
});

test("a run takes longer by what it may stay for, and by what it is kept for", () => {
  const ordinary = longestRunMs({ createdAt, expiresAtMs: 4 * HOUR_MS });
  expect(longestRunMs({ createdAt, expiresAtMs: 9 * HOUR_MS })).toBe(ordinary + 5 * HOUR_MS);
  const kept = { createdAt, expiresAtMs: 4 * HOUR_MS, keepOnFailure: { ms: 8 * HOUR_MS, max: 1 } };
  expect(longestRunMs(kept)).toBe(ordinary + 8 * HOUR_MS);
});

test("a run without an expiry still takes its stages and its teardown", () => {
  const all = Object.values(DEADLINES_MS).reduce((sum, ms) => sum + ms, 0);
  expect(longestRunMs({ createdAt, expiresAtMs: null })).toBe(all);
});

test("the preflight of a run asks for a credential that lasts as long as that run, kept or not", () => {
  const inventory = new FakeWorld().ports().inventory;
  const size = resolveSize("gke", "canary");
  const request = {
    size,
    rehearse: false,
    project: "my-benchmarks",
    account: undefined,
    fail: new Set<never>(),
    skip: undefined,
    licence: undefined,
    runner: "network" as const,
    tls: false,
    clusterCidrs: [],
    place: { region: "us-central1", zone: "us-central1-a" },
  };
  const neededMs = (keepMs: number): number => {
    const plan = { createdAt, expiresAtMs: 4 * HOUR_MS, keepOnFailure: { ms: keepMs, max: 1 } };
    const run = { runId: "01kb3v9x2m7q8r5t6w4y1z0abc", plan, inventory };
    return buildCommonContext({ ...request, run }, { env: {}, cwd: "/" }).neededMs;
  };
  expect(neededMs(8 * HOUR_MS) - neededMs(1 * HOUR_MS)).toBe(7 * HOUR_MS);
});
