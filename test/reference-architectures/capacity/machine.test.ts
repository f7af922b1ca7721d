import { describe, expect, test } from "vitest";
import { resolveSize } from "../../../reference-architectures/catalogue.ts";

describe("a load that is too large for one machine is refused:", () => {
  const cases: readonly [string, string, string, Record<string, unknown>, RegExp][] = [
    [
      "more containers than cores",
      "gce-docker",
      "1000",
      { workspaces: 400, "connections.total": 1_000 },
      /^machines\.coder\.machineType is "n2-standard-48", expected a machine with at least 59 cores and \d+ GB for Coder and 400 workspaces/,
    ],
    [
      "more containers than a bridge has ports",
      "gce-docker",
      "1000",
      { users: 2_000, workspaces: 1_024, "connections.total": 2_000 },
      /^workspaces is 1024, expected at most 1023/,
    ],
    [
      "Postgres on a box that is full",
      "gce-docker",
      "1000",
      { "database.kind": "on-box", "database.tier": "db-custom-16-61440" },
      /^machines\.coder\.machineType is .*for Coder, Postgres and 200 workspaces/,
    ],
    [
      "machines for containers",
      "gce-docker",
      "1000",
      { "machines.workspaces.nodes": 1 },
      /^machines\.workspaces\.nodes is 1, expected 0/,
    ],
    [
      "two machines for Coder",
      "gce-vm",
      "1000",
      { "machines.coder.nodes": 2 },
      /^machines\.coder\.nodes is 2, expected 1/,
    ],
    [
      "fewer machines than workspaces",
      "gce-vm",
      "1000",
      { workspaces: 201 },
      /^machines\.workspaces\.nodes is 200, expected at least 201/,
    ],
    [
      "a machine that is too small for its workspace",
      "gce-vm",
      "1000",
      { "workspacePod.memoryMib": 4_096 },
      /^machines\.workspaces\.machineType is "e2-small"/,
    ],
    ["RDS in Google's cloud", "gce-vm", "1000", { "database.kind": "rds" }, /^database\.kind is "rds"/],
    [
      "a tier of another cloud",
      "gce-vm",
      "1000",
      { "database.tier": "db.m6i.large" },
      /^database\.tier is "db\.m6i\.large", expected a tier of cloud-sql/,
    ],
    ...(
      [
        ["db-custom-3-11520", /with 1 vCPU, or an even number of them up to 96/],
        ["db-custom-98-376320", /with 1 vCPU, or an even number of them up to 96/],
        ["db-custom-2-7000", /a memory from 3840 to 13312 MiB in steps of 256 for 2 vCPUs/],
        ["db-custom-2-13568", /a memory from 3840 to 13312 MiB in steps of 256 for 2 vCPUs/],
        ["db-custom-8-7168", /a memory from 7424 to 53248 MiB in steps of 256 for 8 vCPUs/],
      ] as const
    ).map(
      ([tier, message]) =>
        [
          `a database that Google does not make, ${tier}`,
          "gke",
          "100",
          { "database.tier": tier },
          message,
        ] as [string, string, string, Record<string, unknown>, RegExp],
    ),
  ];
  test.each(cases)("%s", (_name, architecture, size, overrides, message) => {
    expect(() => resolveSize(architecture, size, overrides)).toThrow(message);
  });
});

test.each(["gce-docker", "gce-vm"])(
  "Postgres fits on the box of every size of %s by one override",
  (name) => {
    for (const size of ["1000", "canary"]) {
      const { figures } = resolveSize(name, size, { "database.kind": "on-box" });
      expect(figures.database.kind).toBe("on-box");
    }
  },
);
