import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { storedRecord } from "../harness/model/record/migrate-record.ts";
import { PHASES } from "../harness/model/record/worker-result.ts";
import { EXIT_CODES } from "../harness/tools/verdict.ts";
import { callsIn, unknownIn } from "./support/command/refbench-calls.ts";
import { anchorsOf, relativeLinks } from "./support/command/markdown-links.ts";

const ROOT = join(import.meta.dirname, "..");
const PAGES = ["", "docs"].flatMap((folder) =>
  readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith(".md"))
    .map((name) => join(folder, name)),
);
const read = (page: string): string => readFileSync(join(ROOT, page), "utf8");

test.each(PAGES)("%s calls refbench by commands and flags that exist", (page) => {
  for (const call of callsIn(read(page))) expect(unknownIn(call), call.join(" ")).toEqual([]);
});

test.each(PAGES)("each link of %s leads to a file, and to a heading of it", (page) => {
  for (const link of relativeLinks(read(page))) {
    const [file = "", anchor] = link.split("#");
    const target = file === "" ? page : join(dirname(page), file);
    expect(existsSync(join(ROOT, target)), link).toBe(true);
    if (anchor !== undefined) expect([...anchorsOf(read(target))], link).toContain(anchor);
  }
});

test.each(PAGES.filter((page) => page !== "CHANGELOG.md"))(
  "each path of this repository in %s exists",
  (page) => {
    const places =
      "harness|rehearsal|stacks|reference-architectures|test|scripts|bench|docs|systemd|\\.github|bin";
    for (const [, path = ""] of read(page).matchAll(new RegExp(`\`((?:${places})/[\\w./-]+)\``, "g")))
      expect(existsSync(join(ROOT, path)), path).toBe(true);
  },
);

test("headings become anchors as on GitHub", () => {
  const page =
    "# One `two`\n```sh\n# three\n```\n## What ends, and what?\n## One two\n[a](x.md#b) [c](https://d) `[e](f)`";
  expect([...anchorsOf(page)]).toEqual(["one-two", "what-ends-and-what", "one-two-1"]);
  expect(relativeLinks(page)).toEqual(["x.md#b"]);
});

test("every page of docs/ is reached from the README", () => {
  const linked = new Set(relativeLinks(read("README.md")));
  expect(PAGES.filter((page) => page.startsWith("docs/") && !linked.has(page))).toEqual([]);
});

test("the README has at most 150 lines, and shows a rehearsal's pictures as simulated", () => {
  const readme = read("README.md");
  expect(readme.trimEnd().split("\n").length).toBeLessThanOrEqual(150);
  const pictures = [...readme.matchAll(/!\[([^\]]*)\]/g)].map(([, text]) => text);
  expect(pictures).toHaveLength(2);
  for (const text of pictures) expect(text).toContain("simulated");
});

test.each(Object.entries(EXIT_CODES))(
  "docs/failures.md says what to do after %s (exit code %d)",
  (word, code) => {
    const row = new RegExp(`^\\| ${code} +\\| ${word} +\\| \\S.* \\| \\S.* \\|$`, "m");
    expect(read("docs/failures.md")).toMatch(row);
  },
);

test.each(PHASES)("docs/method.md says what %s means", (phase) => {
  expect(read("docs/method.md")).toContain(`\`${phase}\``);
});

test.each(["docs/first-real-run.md", "docs/hosted-nights.md"])(
  "%s has commands, and scripts that are there and can be run",
  (page) => {
    const text = read(page);
    expect(callsIn(text).length).toBeGreaterThan(2);
    for (const [script = ""] of text.matchAll(/scripts\/[\w/.-]+\.sh/g))
      expect(statSync(join(ROOT, script)).mode & 0o100, script).toBe(0o100);
  },
);

test("the example of an own cluster is a record with overridden figures, whose teardown was clean", () => {
  const record = storedRecord.parse(JSON.parse(read("docs/examples/own-cluster-record.json")));
  expect(record).toMatchObject({ architecture: "kubernetes", teardown: { state: "clean" } });
  expect(record.overrides).not.toEqual({});
  expect(read("docs/examples/own-cluster-report.txt")).toContain(record.runId);
});
