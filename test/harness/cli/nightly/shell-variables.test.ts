import type { Command } from "commander";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { programOf } from "../../../../harness/cli/main.ts";
import { selectEnvironment } from "../../../../harness/nights/child-command.ts";

const io = { stdout: process.stdout, stderr: process.stderr, env: {}, cwd: "/", exit: () => undefined };
const program = await programOf(io, "0.0.0");

/** Every command that a night starts. */
const STARTED = [
  "run",
  "preflight",
  "sweep",
  "teardown",
  "results import",
  "results publish",
  "results table",
];
/** Variables that are read although no flag corresponds to them. */
const WITHOUT_FLAG = ["REFBENCH_LICENCE", "REFBENCH_MANUAL_DIR", "REFBENCH_POSTGRES_URL"];

function variablesOf(path: string): readonly string[] {
  const command = path
    .split(" ")
    .reduce<Command>((above, name) => above.commands.find((each) => each.name() === name)!, program);
  return command.options.flatMap(({ envVar }) => envVar ?? []);
}

/** Returns the variables of the row of docs/environment.md that states this fate. */
function documented(fate: string): readonly string[] {
  const page = readFileSync(join(import.meta.dirname, "../../../../docs/environment.md"), "utf8");
  const row = page.split("\n").find((line) => line.startsWith("| `") && line.includes(`| ${fate}`)) ?? "";
  return [...row.matchAll(/`([A-Z_]+)`/g)].map(([, name = ""]) => `REFBENCH_${name}`).sort();
}

const OWN = variablesOf("nightly");
const READ = [...new Set([...STARTED.flatMap(variablesOf), ...WITHOUT_FLAG])];
const isHandedOn = (name: string): boolean => name in selectEnvironment({ [name]: "x" });

describe("the page of the variables documents", () => {
  test("which are flags of a night, and none of those reaches its commands but by a flag", () => {
    expect(documented("are its own flags")).toEqual([...OWN].sort());
    expect(OWN.filter(isHandedOn)).toEqual([]);
  });

  test("which reach a night's commands", () => {
    expect(documented("reach its runs")).toEqual(READ.filter(isHandedOn).sort());
  });

  test("which that a night's commands read are kept out, each of them", () => {
    const keptOut = READ.filter((name) => !isHandedOn(name) && !OWN.includes(name));
    expect(documented("are kept out")).toEqual(keptOut.sort());
  });
});

test("an unknown variable is kept out, and variables of other programs are passed on", () => {
  const env = { PATH: "/bin", AWS_PROFILE: "bench", REFBENCH_NEW: "x", GITHUB_TOKEN: "t" };
  expect(selectEnvironment(env)).toEqual({ PATH: "/bin", AWS_PROFILE: "bench", REFBENCH_CONFIG: "off" });
});
