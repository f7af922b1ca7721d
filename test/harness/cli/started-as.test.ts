import { describe, expect, test } from "vitest";
import { commandsStartedAs, startedAs } from "../../../harness/cli/started-as.ts";
import { linesOf } from "../../../harness/cli/preflight/preflight-text.ts";
import { wrap } from "../../../harness/results/table/grid.ts";
import { widthOf } from "../../../harness/results/output/outputs.ts";
import { CapturedStream } from "./progress/captured-stream.ts";

const cwd = "/home/me/refbench";

test.each([
  ["npx", { npm_command: "exec", npm_lifecycle_event: "npx" }, `${cwd}/bin/refbench.js`, "npx refbench"],
  ["node_modules/.bin", {}, "/x/node_modules/.bin/refbench", "npx refbench"],
  [
    "npm run",
    { npm_command: "run-script", npm_lifecycle_event: "refbench" },
    `${cwd}/bin/refbench.js`,
    "npm run refbench --",
  ],
  ["node", {}, `${cwd}/bin/refbench.js`, "node bin/refbench.js"],
  [
    "node, inside another script of npm",
    { npm_command: "run-script", npm_lifecycle_event: "test" },
    `${cwd}/bin/refbench.js`,
    "node bin/refbench.js",
  ],
  ["node, from elsewhere", {}, "/o p/refbench.js", "node '/o p/refbench.js'"],
  ["PATH", {}, "/usr/local/bin/refbench", "refbench"],
  ["a test", {}, undefined, "refbench"],
])("refbench that was started by %s is started so again", (_, env, script, expected) => {
  expect(startedAs({ env, cwd, script })).toBe(expected);
});

describe("commands in a text", () => {
  const edit = commandsStartedAs("node bin/refbench.js", ["run", "teardown", "sweep"]);

  test.each([
    ['go on with "refbench teardown 01jd"', 'go on with "node bin/refbench.js teardown 01jd"'],
    ["  refbench run gke --rehearse", "  node bin/refbench.js run gke --rehearse"],
    ["Next: npx refbench run gke", "Next: node bin/refbench.js run gke"],
    ["refbench --help", "node bin/refbench.js --help"],
  ])("begin as the user started refbench: %s", (text, expected) => {
    expect(edit(text)).toBe(expected);
  });

  test.each([
    "refbench measures Coder",
    "refbench: run first",
    "Postgres of refbench run 01jd",
    "label=refbench sweeps",
    "bin/refbench run",
    '{ "next": "refbench teardown 01jd" }\n',
  ])("are not seen in %s", (text) => {
    expect(edit(text)).toBe(text);
  });
});

test("a command in quotes is never broken, however narrow the terminal", () => {
  const command = '"refbench teardown 01jd0000000000000000000000 --from gs://a-bucket/a-prefix"';
  const text = `the machine of this run is lost: go on with ${command}, or elsewhere`;
  expect(wrap(text, 30).some((line) => line.includes(command))).toBe(true);
  expect(linesOf(text, 30).some((line) => line.includes(command))).toBe(true);
});

test("a pipe has no width, and a terminal has its own", () => {
  const stream = new CapturedStream();
  expect(widthOf(stream)).toBe(Infinity);
  expect(widthOf(Object.assign(stream, { columns: 100 }))).toBe(100);
  expect(wrap("a word ".repeat(100), Infinity)).toHaveLength(1);
});
