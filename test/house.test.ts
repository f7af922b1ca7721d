import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "..");
const FOLDERS = ["harness", "rehearsal", "stacks", "reference-architectures", "scripts", "bench", "test"];

test("no folder has more than 20 files of source or data", () => {
  const counts = new Map<string, number>();
  for (const folder of FOLDERS)
    for (const name of readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" }))
      if (/\.(ts|json)$/.test(name)) {
        const room = join(folder, dirname(name));
        counts.set(room, (counts.get(room) ?? 0) + 1);
      }
  expect(counts.size).toBeGreaterThan(50);
  expect([...counts].filter(([, files]) => files > 20)).toEqual([]);
});
