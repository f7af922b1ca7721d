import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { callsIn, unknownIn } from "./support/command/refbench-calls.ts";

const ROOT = join(import.meta.dirname, "..");
const PAGES = ["README.md", "CONTRIBUTING.md", "SECURITY.md"].concat(
  readdirSync(join(ROOT, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
);
const read = (page: string): string => readFileSync(join(ROOT, page), "utf8");

test.each(PAGES)("%s calls refbench by commands and flags that exist", (page) => {
  for (const call of callsIn(read(page))) expect(unknownIn(call), call.join(" ")).toEqual([]);
});

test.each(["docs/first-real-run.md", "docs/hosted-nights.md"])(
  "%s has commands, links to files and scripts that are there and can be run",
  (page) => {
    const text = read(page);
    expect(callsIn(text).length).toBeGreaterThan(2);
    for (const [, link = ""] of text.matchAll(/\]\(([^)#:]+)\)/g))
      expect(existsSync(join(ROOT, dirname(page), link)), link).toBe(true);
    for (const [script = ""] of text.matchAll(/scripts\/[\w/.-]+\.sh/g))
      expect(statSync(join(ROOT, script)).mode & 0o100, script).toBe(0o100);
  },
);
