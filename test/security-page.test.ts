import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "..");
const read = (file: string): string => readFileSync(join(ROOT, file), "utf8");

test("each threat of the security page names a test that exists", () => {
  const rows =
    read("docs/security.md")
      .split("## Threats")[1]
      ?.split("## What is open")[0]
      ?.match(/^\| [^|-].*$/gm) ?? [];
  const threats = rows.slice(1);
  expect(threats.length).toBeGreaterThan(15);
  for (const row of threats) {
    const [file] = /(?<=`)test\/[^`]+\.test\.ts(?=`)/.exec(row) ?? [];
    expect(file, row).toBeDefined();
    expect(existsSync(join(ROOT, file ?? "")), row).toBe(true);
  }
});
