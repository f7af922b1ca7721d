import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { NightBook } from "../../../harness/nights/night-book.ts";
import { nightSchema } from "../../../harness/nights/night.ts";
import { SweepFolder } from "../../../harness/teardown/folder.ts";
import { heartbeatSchema, overdue } from "../../../harness/inventory/sweep/heartbeat.ts";
import { ageMs, ledgerSchema } from "../../../harness/inventory/sweep/ledger.ts";
import { decodeLicence, licenceProblems, licenceWords } from "../../../harness/model/cloud/licence.ts";
import type { RunId } from "../../../harness/model/run-id.ts";
import { isMirrored } from "../../../harness/pipeline/mirror/mirrored-files.ts";
import { mirrorKeys } from "../../../harness/pipeline/mirror/mirror.ts";
import { restoreRun } from "../../../harness/pipeline/mirror/restore.ts";
import { faultsFile, readFaults } from "../../../rehearsal/twin/faults.ts";
import { readResets } from "../../../harness/results/statistics/resets.ts";
import { findReport } from "../../../harness/workload/coder-engine/report.ts";
import { fakeClock } from "../../../test/support/fake-clock.ts";
import { MemoryBucket } from "../../../test/support/memory-bucket.ts";
import { printed } from "../laws.ts";
import { jsonNear, textNear } from "../mutations.ts";
import { samplesOf } from "../sample-of.ts";
import { accepted, type Outcome, refused, type Target, target } from "../target.ts";
import { ranRun } from "./ran-run.ts";

const NIGHT = "01JD0000000000000000000000";
const AT_MS = Date.UTC(2026, 0, 2);
const clock = fakeClock(AT_MS);
const scratch = mkdtempSync(join(tmpdir(), "refbench-fuzz-kept-"));
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));

function written(name: string, bytes: Uint8Array): string {
  const file = join(scratch, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, bytes);
  return file;
}

const LICENCE_CLAIMS = {
  ...{ version: 3, nbf: 1_700_000_000, exp: 1_800_000_000, license_expires: 1_790_000_000 },
  ...{ require_telemetry: false, trial: true, feature_set: "premium", all_features: false },
  ...{ features: { user_limit: 100, high_availability: 1 }, deployment_ids: [] },
};
const REPORT = {
  runs: {
    "0/some": {
      ...{ logs: "created user scaletest-a", error: null, started_at: "2026-01-01T00:00:00Z" },
      ...{ duration: "1m2.5s", duration_ms: 62_500, metrics: { bytes_read: 1, bytes_written: 2 } },
    },
  },
};
const RESETS = {
  schemaVersion: 1,
  resets: [{ architecture: "gke", size: "canary", date: "2026-01-01", reason: "another machine" }],
};
const item = { kind: "k", id: "i", name: "n", labels: {} };

/** Files that refbench keeps over runs, or is given, and a bucket's run made again. */
export const keptFiles: readonly Target[] = [
  target({
    name: "file: night",
    isSlow: true,
    inputs: jsonNear(samplesOf(nightSchema).map((night) => ({ ...(night as object), night: NIGHT }))),
    read: async (bytes: Uint8Array): Promise<Outcome> => {
      rmSync(join(scratch, "nights"), { recursive: true, force: true });
      written(`nights/.refbench/nights/${NIGHT}/night.json`, bytes);
      const book = new NightBook(join(scratch, "nights"));
      for (const earlier of await book.earlier("own", () => Promise.resolve([])))
        await book.close(earlier, AT_MS);
      const open = await book.earlier("own", () => Promise.resolve([]));
      if (open.length > 0) throw new Error(`${open.length} nights are open after they were closed`);
      return accepted();
    },
  }),
  target({
    name: "file: ledger and heartbeat of sweeps",
    isSlow: true,
    inputs: jsonNear([...samplesOf(ledgerSchema), ...samplesOf(heartbeatSchema)]),
    read: async (bytes: Uint8Array): Promise<Outcome> => {
      written(".refbench/sweep/ledger.json", bytes);
      written(".refbench/sweep/heartbeat.json", bytes);
      const folder = new SweepFolder(scratch, clock);
      const words: string[] = [];
      const ledger = await folder.loadLedger((line) => words.push(line));
      const age = ageMs(item, { ledger, target: "some", nowMs: AT_MS });
      if (Number.isNaN(age)) throw new Error("an age is not a number");
      const late = overdue(await folder.findHeartbeat(), { target: "some", periodMs: 1, nowMs: AT_MS });
      return accepted(...words.map(printed), printed(late ?? ""));
    },
  }),
  target({
    name: "file: faults",
    inputs: jsonNear(samplesOf(faultsFile)),
    read: (bytes: Uint8Array): Outcome => {
      readFaults(written("faults.json", bytes));
      return accepted();
    },
  }),
  target({
    name: "file: resets",
    isSlow: true,
    inputs: jsonNear([RESETS]),
    read: async (bytes: Uint8Array): Promise<Outcome> => {
      await readResets(written("resets.json", bytes), { isNamed: true });
      return accepted();
    },
  }),
  target({
    name: "file: report of Coder's utility",
    isSlow: true,
    inputs: jsonNear([REPORT]),
    read: async (bytes: Uint8Array): Promise<Outcome> => {
      const runs = await findReport(written("report.json", bytes), []);
      for (const { startedMs, durationMs } of runs ?? [])
        if (!Number.isFinite(startedMs) || !(durationMs >= 0 && Number.isFinite(durationMs)))
          throw new Error(`a run began at ${startedMs} and took ${durationMs} ms`);
      return runs === undefined ? refused() : accepted();
    },
  }),
  target({
    name: "licence: its claims",
    inputs: jsonNear([LICENCE_CLAIMS]),
    read: (bytes: Uint8Array) => readLicence(`e30.${Buffer.from(bytes).toString("base64url")}.c2ln`),
  }),
  target({
    name: "licence: its text",
    inputs: textNear([
      `e30.${Buffer.from(JSON.stringify(LICENCE_CLAIMS)).toString("base64url")}.c2ln`,
      "e30.e30.e30",
    ]),
    read: (bytes: Uint8Array) => readLicence(Buffer.from(bytes).toString()),
  }),
  ...[...ranRun().files.keys()].filter(isMirrored).map((name) => restoring(name)),
];

function readLicence(text: string): Outcome {
  const decoded = decodeLicence(text);
  if (decoded.state === "unreadable") return refused(printed(decoded.reason));
  const { claims } = decoded;
  const need = { users: 10, features: ["high_availability"], nowMs: AT_MS, untilMs: AT_MS + 1 };
  return accepted(printed(licenceWords(claims)), ...licenceProblems(claims, need).map(printed));
}

/** The folder of a run made again from its bucket, with one object of the bucket replaced. */
function restoring(name: string): Target {
  const { files } = ranRun();
  const { runId } = ranRun().json("plan.json") as { readonly runId: RunId };
  const text = files.get(name)?.toString() ?? "";
  const samples = text
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as unknown];
      } catch {
        return [];
      }
    });
  const whole = samples.length > 0 ? jsonNear(samples) : textNear([text]);
  return target({
    name: `restored: ${name.replaceAll(/\d{4}-\d{2}-\d{2}T[\d.]+Z/g, "<time>")}`,
    isSlow: true,
    inputs: /\.json$/.test(name) ? jsonNear([JSON.parse(text)]) : whole,
    read: async (bytes: Uint8Array): Promise<Outcome> => {
      const cwd = join(scratch, "restored");
      rmSync(cwd, { recursive: true, force: true });
      mkdirSync(cwd, { recursive: true });
      const bucket = new MemoryBucket();
      for (const [one, content] of files)
        if (isMirrored(one))
          bucket.objects.set(mirrorKeys.file(runId, one), one === name ? Buffer.from(bytes) : content);
      await restoreRun(bucket, runId, { cwd, clock });
      return accepted();
    },
  });
}
