import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { RunRecord } from "../../../harness/model/record/record.ts";
import { newRunId } from "../../../harness/model/run-id.ts";
import { digestFile, digestPath } from "../../../harness/results/history/digest.ts";
import { officialRecord, sampleRecord } from "./sample-record.ts";

/** The record of a night of this day, `hours` after the night began. */
export function nightOn(
  day: string,
  overrides: Partial<RunRecord> = {},
  { hours = 1, simulated = false } = {},
): RunRecord {
  const began = Date.parse(`${day}T01:00:00Z`);
  const startedMs = began + hours * 3_600_000;
  const make = simulated ? sampleRecord : officialRecord;
  return make({
    runId: runIdOf(startedMs, `${day}${overrides.architecture ?? ""}${overrides.size ?? ""}`),
    origin: { kind: "nightly", night: runIdOf(began, day) },
    overrides: {},
    startedAt: new Date(startedMs).toISOString(),
    finishedAt: new Date(startedMs + 1000).toISOString(),
    ...overrides,
  });
}

/** The record of a teardown that left something. */
export const LEAKED = {
  state: "leaked",
  scope: "project",
  finishedAt: "2026-11-22T02:00:00.000Z",
  left: [{ id: "1", kind: "disk", name: "disk-1" }],
  swept: [],
  problems: [],
} satisfies RunRecord["teardown"];

/** Writes a stored record otherwise; with a digest that vouches for it, as another refbench would have stored it. */
export async function rewrite(path: string, text: string, { vouched = true } = {}): Promise<void> {
  for (const [file, content] of [
    [path, text],
    [digestPath(path), digestFile(text, path)],
  ] as const) {
    if (file !== path && !vouched) continue;
    await rm(file, { force: true });
    await writeFile(file, content);
  }
}

/** Makes a store as it was before records had digests. */
export async function withoutDigests(store: string, paths: readonly string[]): Promise<void> {
  await Promise.all(paths.map((path) => rm(digestPath(path))));
  const marker = join(store, "store.json");
  await rm(marker);
  await writeFile(marker, '{"schemaVersion":1,"kind":"results"}\n');
}

/** A folder that is gone after the test. */
export async function scratchFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "refbench-results-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** The same id for the same moment and words. */
function runIdOf(at: number, words: string): string {
  const sum = Array.from(words).reduce((all, letter) => (all * 31 + letter.charCodeAt(0)) % 32 ** 5, 7);
  const letters = "0123456789abcdefghjkmnpqrstvwxyz";
  const tail = Array.from({ length: 16 }, (_, index) => letters[Math.floor(sum / 32 ** (index % 5)) % 32]);
  return newRunId(at).slice(0, 10) + tail.join("");
}
