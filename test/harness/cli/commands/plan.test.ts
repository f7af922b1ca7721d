import { readdir } from "node:fs/promises";
import { expect, test } from "vitest";
import { planCommand } from "../../../../harness/cli/commands/plan.ts";
import type { PlanDocument } from "../../../../harness/cli/plan/plan-document.ts";
import { architectures } from "../../../../reference-architectures/catalogue.ts";
import { estimateCost } from "../../../../reference-architectures/cost/estimate.ts";
import { gke } from "../../../../reference-architectures/gke/architecture.ts";
import { officialRecord, sampleRecord } from "../../results/sample-record.ts";
import { directoryWith, runCommand } from "./command-run.ts";

const env = { PATH: process.env["PATH"], HOME: "/nonexistent" };

async function planned(args: readonly string[], cwd = "/nonexistent"): Promise<PlanDocument> {
  const { stdout, code } = await runCommand(planCommand, [...args, "--output", "json"], { env, cwd });
  expect(code).toBe(0);
  return JSON.parse(stdout) as PlanDocument;
}

test.each([...architectures.keys()])(
  "%s: what is planned has a kind for everything and no gap",
  async (name) => {
    const plan = await planned([name, "--size", "canary"]);
    const { critical, seconds, steps } = plan.provisioning;
    expect(plan.schemaVersion).toBe(1);
    expect(plan.stacks).toEqual(architectures.get(name)!.stacks);
    expect(critical[0]?.start).toBe(0);
    expect(critical.at(-1)?.end).toBeCloseTo(seconds, 6);
    for (const [index, step] of critical.slice(1).entries())
      expect(step.start).toBeCloseTo(critical[index]!.end, 6);
    // Every resource is a step, and nothing rests on a kind of which nothing is known.
    const created = steps.filter(({ mode }) => mode === "create");
    expect(created).toHaveLength(plan.resources.reduce((sum, { total }) => sum + total, 0));
    expect(steps.filter(({ expected }) => JSON.stringify(expected).includes("nothing is known"))).toEqual([]);
  },
);

test("the text fits 80 columns, except for names, and creates nothing where it is run", async () => {
  const cwd = await directoryWith([]);
  const { stdout, stderr } = await runCommand(planCommand, ["eks", "--size", "validated-1k"], { env, cwd });
  const words = (line: string): readonly string[] => line.trim().split(" ");
  for (const line of stdout.split("\n")) if (line.length > 80) expect(words(line)).toHaveLength(1);
  expect(stdout).toMatch(/^Provisioning: about \d+m \d\ds until Coder is set up$/m);
  expect(stdout).toMatch(/^ *\d+ +L-1216C47A +us-east-2 +vCPUs/m);
  expect(stdout).toContain("a month of standing (730 h)");
  expect(stderr).toContain("synthesizing the stacks of eks validated-1k");
  expect(await readdir(cwd)).toEqual([]);
});

test("cost and quota are those of the size in its region", async () => {
  const { cost, quota, permissions } = await planned([
    "gke",
    "--size",
    "1200",
    "--set",
    "machines.coder.nodes=5",
  ]);
  const size = { ...gke.sizes["1200"]! };
  const five = { ...size, machines: { ...size.machines, coder: { ...size.machines.coder, nodes: 5 } } };
  expect(cost.run).toEqual(estimateCost(gke, five, { region: gke.region, runner: true }));
  expect(quota).toContainEqual(expect.objectContaining({ id: "N2_CPUS", need: 5 * 8 + 16 }));
  expect(permissions).toMatchObject({
    cloud: "google",
    reach: ["compute.instances.getGuestAttributes", "iap.tunnelInstances.accessViaIAP"],
  });
});

test("external provisioners come by a second apply, once Coder can give them a key", async () => {
  const { provisioning, resources } = await planned(["gke", "--size", "validated-1k"]);
  const { steps } = provisioning;
  const bootstrap = steps.find(({ mode, stack }) => mode === "program" && stack === undefined)!;
  const later = steps.filter(({ start, mode }) => mode === "create" && start >= bootstrap.end);
  expect(later.map(({ name }) => name).join()).toMatch(/provisioners/);
  expect(later.map(({ kind }) => kind)).toContain("helm_release");
  expect(resources.find(({ kind }) => kind === "helm_release")?.total).toBe(2);
  const builtin = await planned(["gke", "--size", "1200"]);
  expect(builtin.provisioning.steps.at(-1)?.name).toBe("bootstrap of Coder");
});

test("a cluster of the user's own has requests and rules instead of quota and price", async () => {
  const { quota, requests, permissions, cost } = await planned(["kubernetes"]);
  expect(quota).toEqual([]);
  expect(requests?.map(({ role }) => role)).toEqual(["coder", "database", "workspaces", "generator"]);
  const local = await planned(["kubernetes", "--runner", "local"]);
  expect(local.requests?.map(({ role }) => role)).not.toContain("generator");
  expect(permissions.cloud).toBe("kubernetes");
  expect(cost.run.state).toBe("not-priced");
});

test("a measured time is used with its run and day; a simulated one only where it was asked for", async () => {
  const times = { google_sql_database_instance: { count: 1, medianSeconds: 700, longestSeconds: 700 } };
  const measured = officialRecord({ resourceSeconds: times });
  const { provenance } = sampleRecord();
  const simulated = sampleRecord({
    runId: "01kf3zq8v1a2b3c4d5e6f7g8h1",
    resourceSeconds: { google_sql_database_instance: { count: 1, medianSeconds: 4, longestSeconds: 4 } },
    provenance: { ...provenance, rehearsal: { speed: 100, buildSpeed: 10 } },
  });
  const cwd = await directoryWith([measured, simulated]);
  const sqlOf = ({ provisioning }: PlanDocument) =>
    provisioning.critical.find(({ kind }) => kind === "google_sql_database_instance")?.expected;
  expect(sqlOf(await planned(["gke"], cwd))).toEqual({
    seconds: 700,
    basis: { kind: "measured", runId: measured.runId, date: "2026-11-22", count: 1 },
  });
  expect(sqlOf(await planned(["gke", "--rehearsals"], cwd))).toMatchObject({
    seconds: 400,
    basis: { kind: "simulated" },
  });
});

test.each([
  [["gke", "--size", "7"], /"7", expected one of 100/],
  [["gke", "--set", "machines.coder.nodes=1", "--size", "1200"], /machines\.coder\.nodes/],
  [["gke", "--account", "123456789012"], /--account is not Google's/],
  [["gke", "--speed", "20"], /--speed needs --rehearse/],
  [["gke", "--rehearse", "--project", "p"], /--project cannot be combined with --rehearse/],
])("%j is refused as a run would refuse it", async (args, message) => {
  await expect(runCommand(planCommand, args, { env })).rejects.toThrow(message);
});
