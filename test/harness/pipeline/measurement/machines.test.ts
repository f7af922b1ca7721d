import { expect, test } from "vitest";
import type { MachinesAnswer } from "../../../../harness/model/ports/machines.ts";
import type { RunRecord } from "../../../../harness/model/record/record.ts";
import type { Ports } from "../../../../harness/pipeline/context/context.ts";
import type { RunFolder } from "../../../../harness/pipeline/folder/run-folder.ts";
import { LeaseBook } from "../../../../harness/pipeline/lease/lease.ts";
import { ownIdentity } from "../../../../harness/tools/process/process-identity.ts";
import { reap } from "../../../../harness/pipeline/driver/reaper.ts";
import { executeRun } from "../../../../harness/pipeline/driver/run.ts";
import { findFinalRecord } from "../../../../harness/pipeline/record/run-record.ts";
import { compareRuns } from "../../../../harness/results/compare/compare-runs.ts";
import { formatRunComparison } from "../../../../harness/results/compare/format-runs.ts";
import { fingerprintKey, fingerprintOf } from "../../../../harness/results/format/fingerprint.ts";
import { FakeWorld } from "../../../support/world/fake-world.ts";
import { goodLoadOf } from "../../../support/world/good-load.ts";

/** The record of a run whose cloud says this of its machines after the load. */
async function recordWith(answer: MachinesAnswer): Promise<RunRecord> {
  const world = new FakeWorld();
  const folder = await world.makeRun();
  return recordOf(world, folder, world.ports({ machines: () => Promise.resolve(answer) }));
}

async function recordOf(world: FakeWorld, folder: RunFolder, ports: Ports): Promise<RunRecord> {
  const options = { reporter: world.reporter, signal: new AbortController().signal };
  const book = new LeaseBook(folder.leases, world.clock);
  const standIn = await book.acquire(ownIdentity());
  await executeRun(folder, ports, options);
  await book.release(standIn);
  await reap(folder, ports, options);
  return (await findFinalRecord(folder))!;
}

function withProcessors(...coder: readonly string[]): MachinesAnswer {
  return {
    state: "read",
    machines: [
      ...coder.map((cpuPlatform, index) => ({ name: `c${index}`, role: "coder" as const, cpuPlatform })),
      { name: "r", role: "runner", cpuPlatform: "Intel Ice Lake" },
    ],
    events: [],
  };
}

test("two processors of Coder's machines are never one series, and their figures are not compared", async () => {
  const older = await recordWith(withProcessors("Intel Cascade Lake"));
  const newer = await recordWith(withProcessors("Intel Ice Lake", "Intel Ice Lake"));
  expect(newer.provenance.platform).toMatchObject({
    cpuPlatform: "Intel Ice Lake",
    runnerCpuPlatform: "Intel Ice Lake",
  });
  expect(fingerprintKey(fingerprintOf(older))).not.toBe(fingerprintKey(fingerprintOf(newer)));
  const comparison = compareRuns(older, newer);
  expect(comparison.notComparable).toContain(
    "not the same series, processor: Intel Cascade Lake → Intel Ice Lake",
  );
  expect(formatRunComparison(comparison, "text")).not.toMatch(/second to first|difference/);
});

test("machines with two processor models are a separate platform", async () => {
  const { provenance } = await recordWith(withProcessors("Intel Ice Lake", "Intel Cascade Lake"));
  expect(provenance.platform).toMatchObject({ cpuPlatform: "Intel Cascade Lake and Intel Ice Lake" });
});

test("an event of the cloud on a machine during the load is a condition of the record", async () => {
  const events = [{ machine: "m", what: "moved to another host", at: "2026-11-22T08:30:00.000Z" }] as const;
  const { conditions } = await recordWith({ state: "read", machines: [], events });
  expect(conditions).toContain(
    "machine: m moved to another host at 2026-11-22T08:30:00.000Z, during the load",
  );
});

test("a missing answer of the cloud is a condition too, and the run continues", async () => {
  const { conditions, provenance, verdict } = await recordWith({ state: "failed", reason: "403" });
  expect(verdict).toBe("pass");
  expect(conditions).toContain("machines: processors and moves could not be read: 403");
  expect(provenance.platform).not.toHaveProperty("cpuPlatform");
});

test("the processor that a generator saw on the only node of a user's cluster is part of the platform", async () => {
  const { generator } = goodLoadOf({ users: 2, workspaces: 2, connections: { total: 4 } });
  const machine = { cpu: "AMD EPYC", cores: 2, memoryGib: 24, os: "Linux 6.18", node: "v20.20.2" };
  const world = new FakeWorld({ load: { generator: { ...generator, machine } } });
  const folder = await world.makeRun(undefined, { runner: "job" });
  const ports = world.ports({
    others: () =>
      Promise.resolve({
        state: "read",
        nodes: [
          {
            ...{ name: "n1", cpu: "unknown", cpuMillis: 2_000, memoryMib: 24_006 },
            ...{ kubelet: "v1.34.4", runtime: "containerd://1.6.20", kernel: "6.18" },
          },
        ],
        others: [],
      }),
  });
  const { sharedCluster, provenance } = await recordOf(world, folder, ports);
  expect(sharedCluster?.nodes).toMatchObject([{ cpu: "AMD EPYC" }]);
  expect(provenance.platform?.["nodes"]).toBe("1 × AMD EPYC, 2000m CPU, 24006 MiB");
});
