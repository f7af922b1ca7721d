import { appendFile, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Journal, parseJournal, type JournalEntry } from "../../../../harness/pipeline/folder/journal.ts";
import { fakeClock } from "../../../support/fake-clock.ts";

const ENTRIES: readonly JournalEntry[] = [
  { type: "run-made", runId: "01jd0000000000000000000000" },
  { type: "stage-intent", stage: "provision" },
  { type: "stack-intent", stack: "gke-cloud", act: "apply" },
];

async function journalOf(entries: readonly JournalEntry[]) {
  const path = join(await mkdtemp(join(tmpdir(), "refbench-journal-")), "journal.jsonl");
  const journal = new Journal(path, fakeClock());
  for (const entry of entries) await journal.append(entry);
  return { path, journal, text: entries.length === 0 ? "" : await readFile(path, "utf8") };
}

describe("a journal", () => {
  test("gives back what was appended, in order", async () => {
    const { journal } = await journalOf(ENTRIES);
    const { entries, damaged } = await journal.read();
    expect(entries).toMatchObject(ENTRIES);
    expect(damaged).toEqual([]);
  });

  test("cut off at any byte keeps every whole line before the cut", async () => {
    const { text } = await journalOf(ENTRIES);
    const lines = text.trimEnd().split("\n");
    for (let cut = 0; cut <= text.length; cut += 1) {
      const { entries, damaged } = parseJournal(text.slice(0, cut));
      const whole = lines.filter((_, index) => lines.slice(0, index + 1).join("\n").length <= cut).length;
      expect(entries).toHaveLength(whole);
      expect(damaged.length).toBeLessThanOrEqual(1);
    }
  });

  test("does not trust a line whose bytes changed, and says which", async () => {
    const { text } = await journalOf(ENTRIES);
    const { entries, damaged } = parseJournal(text.replace("gke-cloud", "gke-cl0ud"));
    expect(entries).toHaveLength(2);
    expect(damaged).toEqual([3]);
  });

  test("continues after a line that a crash cut off", async () => {
    const { path, journal } = await journalOf(ENTRIES.slice(0, 1));
    await appendFile(path, '{"at":"2026-01-01T00:0');
    await journal.append({ type: "stage-intent", stage: "load" });
    const { entries, damaged } = await journal.read();
    expect(entries.map(({ type }) => type)).toEqual(["run-made", "stage-intent"]);
    expect(damaged).toEqual([2]);
  });

  test("that does not exist is empty", async () => {
    const journal = new Journal(
      join(await mkdtemp(join(tmpdir(), "refbench-journal-")), "none.jsonl"),
      fakeClock(),
    );
    expect(await journal.read()).toEqual({ entries: [], damaged: [] });
  });

  test("that cannot be written throws, or reports to a caller that asked for it", async () => {
    const folder = await mkdtemp(join(tmpdir(), "refbench-journal-"));
    await writeFile(join(folder, "file"), "");
    const path = join(folder, "file", "journal.jsonl");
    await expect(new Journal(path, fakeClock()).append(ENTRIES[0]!)).rejects.toMatchObject({
      code: "run_folder",
    });
    const lost: string[] = [];
    await new Journal(path, fakeClock(), { onLost: ({ message }) => lost.push(message) }).append(ENTRIES[0]!);
    expect(lost).toHaveLength(1);
  });
});
