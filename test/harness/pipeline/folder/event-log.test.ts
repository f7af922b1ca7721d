import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { EventTail } from "../../../../harness/pipeline/folder/event-log.ts";

test("a stored line that is not an event of refbench is skipped, and the lines around it are read", async () => {
  const folder = await mkdtemp(join(tmpdir(), "refbench-test-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, "events.jsonl");
  const event = { type: "drain.progress", deleted: 1, remaining: 0, at: "2026-01-01T00:00:00.000Z" };
  const strange = [
    { ...event, type: { toString: 1 } },
    { ...event, at: "never" },
    { ...event, deleted: -1 },
    null,
    "[".repeat(200),
  ];
  await writeFile(path, [event, ...strange, event].map((one) => `${JSON.stringify(one)}\n`).join(""));
  expect(await new EventTail(path).next()).toEqual([event, event]);
});
