import { describe, expect, test } from "vitest";
import { HOLD_SECONDS } from "../../../reference-architectures/hold-seconds.ts";
import { architectures, getArchitecture, resolveSize } from "../../../reference-architectures/catalogue.ts";
import {
  type EstimatedCost,
  estimateCost,
  standingPerMonth,
} from "../../../reference-architectures/cost/estimate.ts";
import { phasesOf } from "../../../reference-architectures/cost/phases.ts";
import { MACHINE_TYPES } from "../../../reference-architectures/machine-types.ts";
import { AWS_PRICES } from "../../../reference-architectures/prices/aws.ts";
import { GOOGLE_PRICES } from "../../../reference-architectures/prices/google.ts";

/** The architectures in clouds, which have prices. */
const PRICED = [...architectures.values()].filter(({ cloud }) => cloud !== "kubernetes");

/** Every size on every database that its architecture offers. */
const CASES = PRICED.flatMap(({ name, databases, sizes }) =>
  Object.keys(sizes).flatMap((size) => databases.map((kind) => ({ name, size, kind }))),
);

function estimated(
  name: string,
  size: string,
  { overrides = {}, runner = true }: { overrides?: Record<string, unknown>; runner?: boolean } = {},
): EstimatedCost {
  const architecture = getArchitecture(name);
  const { figures } = resolveSize(name, size, overrides);
  const estimation = estimateCost(architecture, figures, { region: architecture.region, runner });
  if (estimation.state === "not-priced") throw new Error(estimation.reason);
  return estimation.estimate;
}

test.each(["gke", "eks"])(
  "%s pays for nodes of generators with their disks, not for a load runner",
  (name) => {
    const architecture = getArchitecture(name);
    const { figures } = resolveSize(name, "100");
    const where = { region: architecture.region, runner: false, generators: 3 };
    const estimation = estimateCost(architecture, figures, where);
    if (estimation.state === "not-priced") throw new Error(estimation.reason);
    const lines = estimation.estimate.items.filter(({ what }) => what.includes("the load"));
    expect(lines.map(({ what, quantity }) => [what.includes("GiB"), quantity]).toSorted()).toEqual([
      [false, 3],
      [true, 300],
    ]);
    expect(lines.every(({ what }) => what.includes("the load's pods"))).toBe(true);
  },
);

const amountOf = ({ items }: EstimatedCost, pattern: RegExp): number =>
  items.filter(({ what }) => pattern.test(what)).reduce((sum, { amount }) => sum + amount, 0);

describe.each(CASES)("$name $size on $kind", ({ name, size, kind }) => {
  const estimate = estimated(name, size, { overrides: { "database.kind": kind } });
  const { hours, items, perHour, teardownReserve, total } = estimate;

  test("has a price for everything in it, and its total is the sum of its lines", () => {
    for (const { quantity, rate, per, amount } of items) {
      expect(rate).toBeGreaterThan(0);
      expect(amount / (quantity * rate * (per === "hour" ? hours : 1))).toBeCloseTo(1, 4);
    }
    expect(items.reduce((sum, { amount }) => sum + amount, 0) / total).toBeCloseTo(1, 4);
    const hourly = items.filter(({ per }) => per === "hour");
    expect(hourly.reduce((sum, { quantity, rate }) => sum + quantity * rate, 0) / perHour).toBeCloseTo(1, 4);
  });

  test("reserves a part of its total for the teardown, and not most of it", () => {
    expect(teardownReserve).toBeGreaterThan(0);
    expect(teardownReserve).toBeLessThan(total / 2);
  });

  test("counts every machine that the size names", () => {
    const { machines, workspaces } = resolveSize(name, size).figures;
    const own = getArchitecture(name).carriedBy === "machine-each" ? workspaces : machines.workspaces.nodes;
    const counted = items
      .filter(({ what }) => /^(e2|n2|m\d|c\d)\S+[, ]/.test(what))
      .reduce((sum, { quantity }) => sum + quantity, 0);
    const { coder, system, provisioners } = machines;
    expect(counted).toBe(coder.nodes + system.nodes + provisioners.nodes + own + 1);
  });
});

test("a cluster of the user's own has no known prices, whatever its size", () => {
  const architecture = getArchitecture("kubernetes");
  for (const figures of Object.values(architecture.sizes))
    expect(estimateCost(architecture, figures, { region: architecture.region, runner: false })).toEqual({
      state: "not-priced",
      reason: "a cluster of your own has no known prices",
    });
});

test.each(PRICED.map(({ name }) => name))("the canary of %s costs at most 3 dollars", (name) => {
  expect(estimated(name, "canary").total).toBeLessThanOrEqual(3);
});

test("a night of the published rows is estimated at 60 dollars at most", () => {
  const night = [
    estimated("gke", "1200"),
    estimated("eks", "100"),
    estimated("gce-docker", "500"),
    estimated("gce-vm", "1000"),
  ];
  expect(night.reduce((sum, { total }) => sum + total, 0)).toBeLessThanOrEqual(60);
});

test("every machine type that a size may name has a price", () => {
  expect(Object.keys(GOOGLE_PRICES.machines).sort()).toEqual(Object.keys(MACHINE_TYPES.google).sort());
  expect(Object.keys(AWS_PRICES.machines).sort()).toEqual(Object.keys(MACHINE_TYPES.aws).sort());
});

describe("the bill", () => {
  test("with a larger database, more disk and more machines is higher by their price", () => {
    const usual = estimated("gke", "100");
    const larger = estimated("gke", "100", { overrides: { "database.tier": "db-custom-4-15360" } });
    // Two cores and 7.5 GiB.
    expect(larger.perHour - usual.perHour).toBeCloseTo(2 * 0.0413 + 7.5 * 0.007, 4);
    const nodes = estimated("gke", "100", { overrides: { "machines.workspaces.nodes": 3 } });
    expect(nodes.perHour - usual.perHour).toBeGreaterThan(0.53609);
  });

  test("has no managed database with Postgres on-box", () => {
    const cloudSql = estimated("gce-docker", "1000");
    const onBox = estimated("gce-docker", "1000", { overrides: { "database.kind": "on-box" } });
    expect(amountOf(cloudSql, /Cloud SQL/)).toBeGreaterThan(0);
    expect(amountOf(onBox, /Cloud SQL|Secret/)).toBe(0);
    expect(onBox.hours).toBeLessThan(cloudSql.hours);
  });

  test("has home disks only if a size has them", () => {
    expect(amountOf(estimated("gke", "100"), /homes/)).toBeGreaterThan(0);
    const without = estimated("gke", "100", { overrides: { homeVolumeGib: 0 } });
    expect(amountOf(without, /homes/)).toBe(0);
  });

  test("has no load runner if the load comes from the machine that starts the run", () => {
    expect(amountOf(estimated("eks", "canary"), /for the load/)).toBeGreaterThan(0);
    expect(amountOf(estimated("eks", "canary", { runner: false }), /for the load/)).toBe(0);
  });

  test("grows with the builds that come one after the other and with the hold", () => {
    const usual = estimated("gke", "100").hours;
    const half = { concurrentBuilds: 15, "coder.daemonsPerReplica": 15 };
    expect(estimated("gke", "100", { overrides: half }).hours).toBeGreaterThan(usual);
    const hold = { "connections.holdSeconds": 1_800 + HOLD_SECONDS };
    expect(estimated("gke", "100", { overrides: hold }).hours).toBeCloseTo(usual + 0.5, 3);
  });
});

describe("a price that is not in the table", () => {
  test("is not guessed: another region, another tier of RDS", () => {
    const { figures } = resolveSize("gke", "canary");
    expect(
      estimateCost(getArchitecture("gke"), figures, { region: "europe-west1", runner: true }),
    ).toMatchObject({ state: "not-priced", reason: expect.stringContaining("us-central1") });
    const eks = resolveSize("eks", "canary", { "database.tier": "db.x2g.large" }).figures;
    expect(estimateCost(getArchitecture("eks"), eks, { region: "us-east-1", runner: true })).toMatchObject({
      state: "not-priced",
      reason: expect.stringContaining("db.m6i.large"),
    });
  });

  test("names prices that were taken from memory", () => {
    const { notes } = estimated("eks", "canary");
    expect(notes.join()).toContain("us-east-2 is priced as us-east-1");
    expect(notes.join()).toContain("GiB of RDS' disk: from memory");
    expect(estimated("gke", "canary").notes.join()).not.toContain("n2-standard-4");
  });
});

test("a comparison is estimated with every load, and with another installation before each but the first", () => {
  const architecture = getArchitecture("gke");
  const { figures } = resolveSize("gke", "100", {});
  const hoursOf = (loads: number): number => {
    const estimation = estimateCost(architecture, figures, {
      region: architecture.region,
      runner: true,
      loads,
    });
    if (estimation.state === "not-priced") throw new Error(estimation.reason);
    return estimation.estimate.hours;
  };
  const { load, install } = phasesOf(architecture, figures);
  expect(install).toBeGreaterThan(0);
  expect(hoursOf(16) - hoursOf(1)).toBeCloseTo(15 * (load + install), 3);
});

describe("a month of standing", () => {
  const monthly = (name: string, size: string) => {
    const architecture = getArchitecture(name);
    const { figures } = resolveSize(name, size);
    return standingPerMonth(architecture, figures, { region: architecture.region });
  };

  test.each(PRICED.map(({ name, defaultSize }) => [name, defaultSize] as const))(
    "%s %s costs 730 times its hour without a load runner, and no traffic",
    (name, size) => {
      const month = monthly(name, size);
      if (month.state === "not-priced") throw new Error(month.reason);
      const { perHour } = estimated(name, size, { runner: false });
      expect(month.cost.perMonth / (perHour * 730)).toBeCloseTo(1, 4);
      expect(month.cost.items.reduce((sum, { amount }) => sum + amount, 0) / month.cost.perMonth).toBeCloseTo(
        1,
        4,
      );
      expect(month.cost.items.filter(({ what }) => /the load\b|through/.test(what))).toEqual([]);
    },
  );

  test("has no price in a cluster of the user's own", () => {
    expect(monthly("kubernetes", "canary").state).toBe("not-priced");
  });
});
