import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findReport } from "../../../../harness/workload/coder-engine/report.ts";

let folder: string;
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), "refbench-report-"))));
afterAll(() => rm(folder, { recursive: true, force: true }));

const RUN = { logs: "", error: null, started_at: "2026-01-01T01:00:00.123456789+01:00", duration: "1m2.5s" };

async function reportOf(run: object) {
  const path = join(folder, "report.json");
  await writeFile(path, JSON.stringify({ runs: { "0/some": { ...RUN, ...run } } }));
  return findReport(path, []);
}

describe("the report of Coder's utility", () => {
  test("gives when each run began and how long it took", async () => {
    const [run] = (await reportOf({})) ?? [];
    expect(run).toMatchObject({ startedMs: Date.UTC(2026, 0, 1, 0, 0, 0, 123), durationMs: 62_500 });
  });

  test.each([{ started_at: "" }, { started_at: "yesterday" }, { duration: -1 }, { duration_ms: -1 }])(
    "with an impossible time cannot be read: %o",
    async (run) => {
      await expect(reportOf(run)).rejects.toThrow("cannot be read");
    },
  );

  test("with a duration that no number holds uses its milliseconds", async () => {
    const [run] = (await reportOf({ duration: `${"9".repeat(400)}s`, duration_ms: 5 })) ?? [];
    expect(run?.durationMs).toBe(5);
  });
});
