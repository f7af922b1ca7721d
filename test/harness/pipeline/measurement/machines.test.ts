import { expect, test } from "vitest";
import type { MachinesAnswer } from "../../../../harness/model/ports/machines.ts";
import type { RunRecord } from "../../../../harness/model/record/record.ts";
import { LeaseBook } from "../../../../harness/pipeline/lease/lease.ts";
import { ownIdentity } from "../../../../harness/tools/process/process-identity.ts";
import { reap } from "../../../../harness/pipeline/driver/reaper.ts";
import { executeRun } from "../../../../harness/pipeline/driver/run.ts";
import { findFinalRecord } from "../../../../harness/pipeline/record/run-record.ts";
import { compareRuns } from "../../../../harness/results/compare/compare-runs.ts";
import { formatRunComparison } from "../../../../harness/results/compare/format-runs.ts";
import { fingerprintKey, fingerprintOf } from "../../../../harness/results/format/fingerprint.ts";
import { FakeWorld } from "../../../support/world/fake-world.ts";

/** The record of a run whose cloud says this of its machines after the load. */
async function recordWith(answer: MachinesAnswer): Promise<RunRecord> {
  const world = new FakeWorld();
  const folder = await world.makeRun();
  const ports = world.ports({ machines: () => Promise.resolve(answer) });
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
