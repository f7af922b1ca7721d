import { describe, expect, test } from "vitest";
import { architectures } from "../../../reference-architectures/catalogue.ts";
import { type Answer, answerFor, type Where } from "../../../reference-architectures/sizing/answer.ts";
import type { AskedLoad } from "../../../reference-architectures/sizing/load.ts";
import type { MeasuredRow } from "../../../reference-architectures/sizing/measured-row.ts";

function answer(asked: AskedLoad, where: Where = {}, rows: readonly MeasuredRow[] = []): Answer {
  return answerFor(asked, where, { catalogue: architectures, rows });
}

const only = ({ architectures: [one] }: Answer) => {
  if (one === undefined) throw new Error("no architecture answered");
  return one;
};

/** A row of the seed's size on GKE. */
function row(changes: Partial<MeasuredRow> = {}): MeasuredRow {
  return {
    runId: "01kf3zq8v1a2b3c4d5e6f7g8h9",
    date: "2026-11-22",
    architecture: "gke",
    size: "1200",
    outcome: "pass",
    load: { users: 1_200, workspaces: 1_200, builds: 120, connections: 10_000 },
    isAsListed: true,
    disagreements: [],
    ...changes,
  };
}

test("2,000 users on GKE need what the table's row says, with the arithmetic of each node count", () => {
  const { computed, listed } = only(answer({ users: 2_000 }, { architecture: "gke" }));
  expect(listed).toMatchObject({ size: "validated-2k", restsOn: { kind: "published", date: "2026-06-25" } });
  const parts = Object.fromEntries((computed?.parts ?? []).map((part) => [part.id, part]));
  expect(parts).toMatchObject({
    coder: { count: 3, cores: 4, memoryGib: 12, machines: { type: "n2-standard-8", count: 3 } },
    provisioners: { count: 120, cores: 1, memoryGib: 1, machines: { count: 4 } },
    database: { cores: 16, memoryGib: 60, tier: "db-custom-16-61440" },
    workspaces: { count: 1_200, machines: { type: "e2-standard-16", count: 10 } },
    system: { count: 2 },
  });
  expect(parts["provisioners"]?.arithmetic.join()).toContain("4 nodes = ceil(120 provisioners / 30 a node)");
  expect(parts["workspaces"]?.arithmetic.join()).toContain("10 nodes = ceil(1,200 workspaces / 127 a node)");
});

test("the month of 2,000 users on GKE is the sum of its hours by hand", () => {
  const { computed } = only(answer({ users: 2_000 }, { architecture: "gke" }));
  const machines = 3 * 0.38847 + 10 * 0.53609 + 2 * 0.13402 + 4 * 1.55389;
  const disks = (19 * 100 * 0.1 + 1_200 * 10 * 0.04) / 730;
  const database = 16 * 0.0413 + 60 * 0.007 + (250 * 0.17) / 730 + 0.025;
  const cluster = 0.1 + 0.025 + 19 * 0.05 * 0.5;
  const nat = 19 * 0.0014 + 0.005;
  expect(computed?.terms.perMonth).toMatchObject({ state: "priced", region: "us-central1" });
  const usd = computed?.terms.perMonth.state === "priced" ? computed.terms.perMonth.usd : 0;
  expect(usd).toBeCloseTo((machines + disks + database + cluster + nat) * 730, -1);
});

test("between two rows of the table a figure lies on a line, is rounded up, and is said to be assumed", () => {
  const coder = only(answer({ users: 5_000 }, { architecture: "gke" })).computed?.parts[0];
  expect(coder).toMatchObject({ count: 6, cores: 4, memoryGib: 12, restsOn: { kind: "assumed" } });
  expect(coder?.arithmetic[0]).toBe("6 replicas: 4 + (10 - 4) × (5,000 - 3,000) / 7,000 = 5.71, rounded up");
});

test("figures that are not named follow from the users, each with what it rests on", () => {
  expect(answer({ users: 2_001 }).load).toMatchObject({
    users: { value: 2_001, basis: { kind: "asked" } },
    workspaces: { value: 1_201, basis: { kind: "published" } },
    builds: { value: 121, basis: { kind: "published" } },
    connections: { value: 10_005, basis: { kind: "assumed" } },
  });
});

test("workspaces of more users than were named decide the place in the table", () => {
  const { decidedBy, architectures: found } = answer(
    { users: 100, workspaces: 1_200 },
    { architecture: "gke" },
  );
  expect(decidedBy).toBe("1,200 workspaces are those of 2,000 users");
  expect(found[0]?.computed?.parts[0]).toMatchObject({ count: 3, cores: 4, drivenBy: "workspaces" });
});

test("published rules that differ are named with their dates, and the largest is taken", () => {
  const differences = answer({ users: 2_000 }).differences;
  expect(differences.map(({ what, rules }) => [what, ...rules.map(({ value }) => value)])).toEqual([
    ["vCPU of coderd", 12, 8],
    ["GiB of coderd", 36, 16],
    ["vCPU of builds", 120, 60, 42, 32],
  ]);
  for (const { rules } of differences) for (const { date } of rules) expect(date).toMatch(/^20\d\d-\d\d/);
});

test("a smaller listed size with every figure of the load is refused by the rule that it misses", () => {
  const { refused, listed } = only(
    answer({ users: 1_200, workspaces: 1_200, builds: 120, connections: 10_000 }, { architecture: "gke" }),
  );
  expect(listed?.size).toBe("validated-2k");
  expect(refused[0]).toMatchObject({ size: "1200" });
  expect(refused[0]?.refusedFor).toEqual([
    "28 vCPU for coderd and builds, published: 132",
    "its builds run on coderd's machines, published: never at this scale",
  ]);
});

describe("a measured row", () => {
  const asked = { users: 1_000, workspaces: 1_000, builds: 100, connections: 9_000 };

  test("that passed makes its size do, whatever the rules say, and contradicts them", () => {
    const { contradictions, architectures: found } = answer(asked, { architecture: "gke" }, [row()]);
    expect(found[0]?.listed).toMatchObject({
      size: "1200",
      restsOn: { kind: "measured", date: "2026-11-22", runId: row().runId },
    });
    expect(contradictions).toMatchObject([{ kind: "fewer-will-do", runId: row().runId }]);
    expect(contradictions[0]?.words).toContain("28 vCPU for coderd and builds, where the rules ask for 132");
  });

  test("that failed refuses its size, and contradicts the rules if it has all that they demand", () => {
    const load = { users: 2_000, workspaces: 1_200, builds: 120, connections: 10_000 };
    const failed = row({ size: "validated-2k", outcome: "slo-failed", reason: "API probe, p95", load });
    const { contradictions, architectures: found } = answer({ users: 2_000 }, { architecture: "gke" }, [
      failed,
    ]);
    expect(found[0]?.refused.map(({ size }) => size)).toEqual(["validated-2k"]);
    expect(found[0]?.listed?.size).toBe("validated-3k");
    expect(contradictions).toMatchObject([{ kind: "rule-not-enough" }]);
    expect(contradictions[0]?.words).toContain("(API probe, p95)");
  });

  test("on which a part rests has carried at least the load with no more", () => {
    const load = { users: 2_000, workspaces: 1_200, builds: 120, connections: 10_000 };
    const passed = row({ size: "validated-2k", load });
    const bases = (users: number) =>
      only(answer({ users }, { architecture: "gke" }, [passed])).computed?.parts.map(
        ({ restsOn }) => restsOn.kind,
      );
    expect(bases(2_000)).toEqual(["measured", "measured", "measured", "published", "assumed"]);
    // With less of everything nothing was measured.
    expect(bases(1_000)).toEqual(["published", "published", "published", "published", "assumed"]);
    expect(bases(2_001)).not.toContain("measured");
  });

  test("that failed with no less under no more load is a doubt about what is computed", () => {
    const load = { users: 2_000, workspaces: 1_200, builds: 120, connections: 10_000 };
    const failed = row({ size: "validated-2k", outcome: "slo-failed", load });
    const doubts = (users: number) =>
      only(answer({ users }, { architecture: "gke" }, [failed])).computed?.doubts.map(({ runId }) => runId);
    expect(doubts(2_000)).toEqual([failed.runId]);
    expect(doubts(1_999)).toEqual([]);
    expect(doubts(3_000)).toEqual([]);
  });

  test("gives way to a newer one of the same size", () => {
    const newer = row({ runId: "01kf3zq8v1a2b3c4d5e6f7g8ha", date: "2026-11-29", outcome: "slo-failed" });
    const { architectures: found } = answer(asked, { architecture: "gke" }, [row(), newer]);
    expect(found[0]?.refused.map(({ size }) => size)).toContain("1200");
  });

  test("of a size that is listed with other figures today speaks for no size", () => {
    const { contradictions, architectures: found } = answer(asked, { architecture: "gke" }, [
      row({ isAsListed: false }),
    ]);
    expect(found[0]?.listed?.restsOn?.kind).toBe("published");
    expect(contradictions).toEqual([]);
  });

  test("is named with the distance of each part, by the figure that decides it", () => {
    const parts = only(answer({ users: 2_400 }, { architecture: "gke" }, [row()])).computed?.parts ?? [];
    expect(
      Object.fromEntries(parts.map(({ id, distance }) => [id, [distance?.of, distance?.factor]])),
    ).toEqual({
      coder: ["users", 2],
      provisioners: ["builds", 1.2],
      database: ["users", 2],
      workspaces: ["workspaces", 1.2],
      system: ["users", 2],
    });
  });

  test("whose figures do not support a published one is named", () => {
    const { contradictions } = answer(asked, {}, [
      row({ disagreements: ["CPU of coderd: 0.009, published 0.004"] }),
    ]);
    expect(contradictions.filter(({ kind }) => kind === "figure")).toMatchObject([
      { words: "CPU of coderd: 0.009, published 0.004", date: "2026-11-22" },
    ]);
  });
});

describe("a question without an answer is refused with what is missing", () => {
  test.each([
    [{ users: 10_001 }, /--users is 10001, expected at most 10000.*no published rule/],
    [{ users: 100, workspaces: 6_001 }, /--workspaces is 6001, expected at most 6000/],
    [{ users: 100, builds: 601, workspaces: 700 }, /--builds is 601, expected at most 600/],
    [{ users: 100, connections: 50_001 }, /--connections is 50001, expected at most 50000/],
    [{ users: 0 }, /--users is 0, expected a whole number of at least 1/],
    [{ users: 1.5 }, /--users is 1.5/],
    [
      { users: 100, builds: 61 },
      /--builds is 61, expected at most 60, one for each workspace \(0.6 for each of 100 users\)/,
    ],
    [
      { users: 100, workspaces: 80, connections: 79 },
      /--connections is 79, expected at least 80.*--workspaces/,
    ],
  ] as const)("%o", (asked, words) => {
    expect(() => answer(asked)).toThrow(words);
  });

  test("a cloud that the architecture is not in", () => {
    expect(() => answer({ users: 10 }, { cloud: "aws", architecture: "gke" })).toThrow(
      /--cloud is "aws", expected google, where gke is/,
    );
  });
});

test("a cluster of the user's own has no price and no quota", () => {
  const { computed } = only(answer({ users: 2_000 }, { cloud: "kubernetes" }));
  expect(computed?.terms).toMatchObject({ perMonth: { state: "not-priced" }, quota: [] });
});

test("nothing is computed for single machines, of which no rule speaks", () => {
  const { computed, whyNotComputed, listed } = only(answer({ users: 200 }, { architecture: "gce-docker" }));
  expect(computed).toBeUndefined();
  expect(whyNotComputed).toContain("Coder's rules describe clusters");
  expect(listed?.size).toBe("1000");
});
