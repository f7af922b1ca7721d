import { describe, expect, test } from "vitest";
import { architectures, getArchitecture, resolveSize } from "../../reference-architectures/catalogue.ts";
import { machineOf, OWN_NODE } from "../../reference-architectures/machine-types.ts";
import { ArchitectureError } from "../../reference-architectures/error.ts";

/** The refusal of a size, or a failure when it was accepted. */
function refusal(size: string | undefined, overrides: Record<string, unknown> = {}): ArchitectureError {
  try {
    resolveSize("gke", size, overrides);
  } catch (error) {
    if (error instanceof ArchitectureError) return error;
    throw error;
  }
  throw new Error(`${size} with ${JSON.stringify(overrides)} was accepted`);
}

const ROWS: Readonly<Record<string, readonly (readonly unknown[])[]>> = {
  gke: [
    ["100", 100, 200, 30, 1, 1_000, false],
    ["1200", 1_200, 1_200, 120, 4, 10_000, true],
    ["validated-1k", 1_000, 600, 60, 3, 5_000, true],
    ["validated-2k", 2_000, 1_200, 120, 3, 10_000, true],
    ["validated-3k", 3_000, 1_800, 180, 4, 15_000, true],
    ["validated-10k", 10_000, 6_000, 600, 10, 50_000, true],
    ["canary", 2, 2, 2, 1, 4, false],
  ],
  eks: [
    ["100", 100, 200, 30, 1, 1_000, false],
    ["1200", 1_200, 1_200, 120, 4, 10_000, true],
    ["validated-1k", 1_000, 600, 60, 3, 5_000, true],
    ["validated-2k", 2_000, 1_200, 120, 3, 10_000, true],
    ["validated-3k", 3_000, 1_800, 180, 4, 15_000, true],
    ["validated-10k", 10_000, 6_000, 600, 10, 50_000, true],
    ["canary", 2, 2, 2, 1, 4, false],
  ],
  kubernetes: [
    ["100", 100, 200, 30, 1, 1_000, false],
    ["1200", 1_200, 1_200, 120, 4, 10_000, true],
    ["validated-1k", 1_000, 600, 60, 3, 5_000, true],
    ["validated-2k", 2_000, 1_200, 120, 3, 10_000, true],
    ["validated-3k", 3_000, 1_800, 180, 4, 15_000, true],
    ["validated-10k", 10_000, 6_000, 600, 10, 50_000, true],
    ["canary", 2, 2, 2, 1, 4, false],
  ],
  "gce-docker": [
    ["500", 500, 500, 50, 1, 10_000, false],
    ["1000", 1_000, 200, 50, 1, 1_000, false],
    ["canary", 2, 2, 2, 1, 4, false],
  ],
  "gce-vm": [
    ["1000", 1_000, 200, 30, 1, 1_000, false],
    ["canary", 2, 2, 2, 1, 4, false],
  ],
};

test.each([...architectures.keys()])("%s has the rows of the design", (architecture) => {
  const rows = Object.entries(getArchitecture(architecture).sizes).map(([name, size]) => [
    name,
    size.users,
    size.workspaces,
    size.concurrentBuilds,
    size.coder.replicas,
    size.connections.total,
    size.licensed,
  ]);
  expect(rows).toEqual(ROWS[architecture]);
});

test.each([...architectures.values()])(
  "the default size of $name needs no licence and is not a canary",
  ({ name, defaultSize }) => {
    expect(defaultSize).not.toBe("canary");
    expect(resolveSize(name).figures.licensed).toBe(false);
  },
);

test("no two sizes are alike", () => {
  const sizes = [...architectures.values()].flatMap(({ name, carriedBy, sizes }) =>
    Object.entries(sizes).map(([size, figures]) => [
      `${name} ${size}`,
      JSON.stringify({ carriedBy, figures }),
    ]),
  );
  for (const [one, figures] of sizes) {
    const alike = sizes.filter(([, other]) => other === figures).map(([name]) => name);
    expect(alike).toEqual([one]);
  }
});

test("every canary is one small machine for Coder, without a licence", () => {
  for (const { name } of architectures.values()) {
    const { machines, licensed } = resolveSize(name, "canary").figures;
    expect(machines.coder.nodes).toBe(1);
    if (machines.coder.machineType !== OWN_NODE)
      expect(machineOf(machines.coder.machineType).cores).toBeLessThanOrEqual(4);
    expect(licensed).toBe(false);
  }
});

test("an unknown architecture is refused with the existing ones", () => {
  expect(() => resolveSize("azure")).toThrow('architecture is "azure", expected one of gke');
});

test("an unknown size is refused with the existing ones", () => {
  expect(refusal("9000")).toMatchObject({
    path: "size",
    value: "9000",
    expected: "one of 100, 1200, validated-1k, validated-2k, validated-3k, validated-10k, canary",
  });
});

test("names that every object has are neither sizes nor paths", () => {
  expect(refusal("constructor").path).toBe("size");
  expect(refusal("100", { "__proto__.users": 1 }).path).toBe("__proto__.users");
});

test("a quick rehearsal takes three overrides", () => {
  const { figures } = resolveSize("gke", "100", {
    users: "10",
    workspaces: "10",
    "connections.total": "20",
  });
  expect(figures).toMatchObject({ users: 10, workspaces: 10, connections: { total: 20, sshShare: 0.2 } });
});

test("overrides are kept in the type of their figure", () => {
  const { overrides } = resolveSize("gke", "100", {
    users: "200",
    kubernetesVersion: "1.30",
    licensed: "true",
  });
  expect(overrides).toEqual({ users: 200, kubernetesVersion: "1.30", licensed: true });
});

test("overrides leave the size itself as it was", () => {
  resolveSize("gke", "100", { "connections.total": 2_000 });
  expect(resolveSize("gke", "100").figures.connections.total).toBe(1_000);
});

describe("a value is refused with its path, itself and what was expected:", () => {
  const cases: readonly [
    string,
    Record<string, unknown>,
    { path: string; value: unknown; expected: RegExp },
  ][] = [
    [
      "unknown path",
      { user: "10" },
      { path: "user", value: "10", expected: /known path: users, workspaces/ },
    ],
    ["a group", { connections: "10" }, { path: "connections", value: "10", expected: /connections\.total/ }],
    ["ill-typed", { users: "many" }, { path: "users", value: "many", expected: /a number/ }],
    ["no boolean", { licensed: "maybe" }, { path: "licensed", value: "maybe", expected: /true or false/ }],
    ["no text", { command: 3 }, { path: "command", value: 3, expected: /text/ }],
    ["a part of a user", { users: "1.5" }, { path: "users", value: 1.5, expected: /int/ }],
    [
      "out of range",
      { "connections.sshShare": "2" },
      { path: "connections.sshShare", value: 2, expected: /<=1/ },
    ],
    ["no such rule", { buildRule: "guess" }, { path: "buildRule", value: "guess", expected: /seed-2023/ }],
    [
      "users too few",
      { users: "10" },
      { path: "workspaces", value: 200, expected: /at most 20 = users 10 × workspacesPerUser 2/ },
    ],
    [
      "builds that are not replicas × daemons",
      { "coder.daemonsPerReplica": "10" },
      {
        path: "concurrentBuilds",
        value: 30,
        expected: /^10 = coder\.replicas 1 × coder\.daemonsPerReplica 10/,
      },
    ],
    [
      "connections too few",
      { "connections.total": "199" },
      { path: "connections.total", value: 199, expected: /at least 200/ },
    ],
    [
      "replicas without a licence",
      { "coder.replicas": "2", concurrentBuilds: "60" },
      { path: "licensed", value: false, expected: /^true/ },
    ],
    [
      "a load runner whose processor is not known",
      { "machines.runner.machineType": "e2-standard-8" },
      { path: "machines.runner.machineType", value: "e2-standard-8", expected: /known processor/ },
    ],
    [
      "a load runner that has one of two processors",
      { "machines.runner.minCpuPlatform": "Intel Skylake" },
      { path: "machines.runner.minCpuPlatform", value: "Intel Skylake", expected: /^Intel Ice Lake/ },
    ],
    [
      "more connections a second than the load runner opens",
      { "connections.rampPerSecond": "501" },
      { path: "machines.runner.machineType", value: "n2-standard-2", expected: /at least 3 cores/ },
    ],
    [
      "external provisioners",
      { provisioners: "external", licensed: "true" },
      { path: "coder.daemonsPerReplica", value: 30, expected: /0 with provisioners=external/ },
    ],
  ];
  test.each(cases)("%s", (_name, overrides, { path, value, expected }) => {
    const error = refusal("100", overrides);
    expect(error).toMatchObject({ path, value });
    expect(error.expected).toMatch(expected);
  });
});

test("more workspaces than users need an explicit rule", () => {
  const { figures } = resolveSize("gke", "100", { users: "20", workspacesPerUser: "10" });
  expect(figures).toMatchObject({ users: 20, workspaces: 200 });
});

test("every objective divides figures of the measurements, or is a figure of a phase", () => {
  for (const { metric } of getArchitecture("gke").objectives) {
    expect([metric.path, metric.per].join()).toMatch(
      /^((workspaces|connections|apps|mixed|churn|builds|polls)\.[\w.]+,\2\.[\w.]+|phases\.[\w-]+\.(p95|p99|errorShare),|windows\.probe\.worstP50Ms,)$/,
    );
  }
});

test("an objective of latency has a reason", () => {
  for (const { unit, reason } of getArchitecture("gke").objectives)
    if (unit === "ms") expect(reason).toMatch(/\w/);
});
