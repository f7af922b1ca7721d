import type { Command } from "commander";
import { afterEach, describe, expect, test, vi } from "vitest";
import { applyConfig, checkConfig } from "../../../../harness/cli/config/apply-config.ts";
import { settleConflicts } from "../../../../harness/cli/config/conflicts.ts";
import { followFlags } from "../../../../harness/cli/scaletest/options/given-flags.ts";
import { commandsBelow, loadProgram } from "../../../support/command/all-commands.ts";

afterEach(() => void vi.unstubAllEnvs());

type Sections = Readonly<Record<string, Readonly<Record<string, unknown>>>>;
const fileOf = (sections: Sections) => ({ name: "refbench.config.json", sections });

/** A command whose action does nothing, after its flags were read. */
async function parsed(
  sections: Sections,
  words: readonly string[],
  prepare: (command: Command) => void = () => undefined,
) {
  const program = await loadProgram();
  const command = commandsBelow(program)
    .toSorted((one, other) => other.path.length - one.path.length)
    .find(({ path }) => words.join(" ").startsWith(path))!.command;
  command.action(() => undefined);
  prepare(command);
  applyConfig(program, fileOf(sections));
  await program.parseAsync(["node", "refbench", ...words]);
  settleConflicts(command);
  return command;
}

async function problemOf(sections: Sections): Promise<string> {
  const program = await loadProgram();
  try {
    checkConfig(program, fileOf(sections));
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}

describe("a value", () => {
  const run = ["run", "gke"];

  test("of the file is parsed by the flag's own parser", async () => {
    const { run: flags } = { run: { ttl: "90m", speed: 5, "max-cost": "12.5", rehearse: true, tls: true } };
    expect((await parsed({ run: flags }, run)).opts()).toMatchObject({
      ...{ ttl: 5_400_000, speed: 5, maxCost: 12.5, rehearse: true, tls: "self-signed" },
    });
  });

  test("of a flag outranks the variable's, which outranks the file's, which outranks the default", async () => {
    const file = { run: { size: "file", owner: "file", zone: "file" } };
    vi.stubEnv("REFBENCH_OWNER", "variable");
    vi.stubEnv("REFBENCH_ZONE", "variable");
    const command = await parsed(file, [...run, "--zone", "flag"]);
    expect(command.opts()).toMatchObject({
      size: "file",
      owner: "variable",
      zone: "flag",
      runner: "network",
    });
    const sources = ["size", "owner", "zone", "runner"].map((name) => command.getOptionValueSource(name));
    expect(sources).toEqual(["config", "env", "cli", "default"]);
  });

  test("of a list replaces a weaker list, and adds nothing to it", async () => {
    const file = { run: { set: ["users=1", "workspaces=2"] } };
    expect((await parsed(file, run)).opts()["set"]).toEqual(["users=1", "workspaces=2"]);
    expect((await parsed(file, [...run, "--set", "a=1", "--set", "b=2"])).opts()["set"]).toEqual([
      "a=1",
      "b=2",
    ]);
    vi.stubEnv("REFBENCH_SET", "c=3");
    expect((await parsed(file, run)).opts()["set"]).toEqual(["c=3"]);
  });

  test("of a command's section outranks the common one, a switch too", async () => {
    const file = { run: { project: "own", rehearse: false }, common: { project: "common", rehearse: true } };
    expect((await parsed(file, [...run])).opts()).toMatchObject({ project: "own" });
    expect((await parsed(file, [...run])).opts()["rehearse"]).toBeUndefined();
    expect((await parsed(file, ["nightly"])).opts()).toMatchObject({ project: "common", rehearse: true });
  });

  test("fills a flag that has to be given", async () => {
    const file = { "scaletest create-workspaces": { template: "kubernetes" } };
    const command = await parsed(file, ["scaletest", "create-workspaces"]);
    expect(command.opts()).toMatchObject({ template: "kubernetes" });
  });

  test("is among the words of a load's record, unless a flag or a variable took its place", async () => {
    const file = {
      "scaletest create-workspaces": { template: "t", count: 3, parameter: ["a=1", "b=2"], url: "u" },
    };
    vi.stubEnv("CODER_SCALETEST_TEMPLATE", "v");
    let given: ReturnType<typeof followFlags> = () => [];
    await parsed(file, ["scaletest", "create-workspaces", "--count", "5"], (command) => {
      given = followFlags(command);
    });
    expect(given({})).toEqual([
      ...["create-workspaces", "--count", "5", "--template", "v"],
      ...["--parameter", "a=1", "--parameter", "b=2"],
    ]);
  });
});

describe("a value of the file yields", () => {
  test.each([
    [["--rehearse"], ["project", "account", "region", "zone", "state", "skipCanary"]],
    [["--project", "p"], ["rehearse"]],
    [["--coder-version", "stable"], ["compare"]],
  ])("to %j", async (flags, dropped) => {
    const common = {
      project: "c",
      account: "c",
      region: "c",
      zone: "c",
      state: "gs://c/c",
      "skip-canary": true,
    };
    const given = flags[0] === "--rehearse" ? common : { rehearse: true, compare: "stable,mainline" };
    const command = await parsed({ run: given }, ["run", "gke", ...flags]);
    for (const name of dropped) expect(command.getOptionValueSource(name), name).not.toBe("config");
  });

  test("to a real run, if only rehearsals use it", async () => {
    const file = { common: { speed: 500, faults: "f.json" } };
    expect((await parsed(file, ["run", "gke", "--rehearse"])).opts()["speed"]).toBe(500);
    const real = await parsed(file, ["run", "gke"]);
    expect(real.opts()["speed"]).toBe(200);
    expect(real.opts()["faults"]).toBeUndefined();
  });

  test("never to another value of the file: both are refused", async () => {
    const file = { run: { compare: "stable,mainline", "coder-version": "stable" } };
    await expect(parsed(file, ["run", "gke"])).rejects.toThrow(
      /--compare .* cannot be combined with --coder-version/,
    );
  });
});

test.each<[string, Sections, RegExp]>([
  ["an unknown flag", { run: { projct: "p" } }, /"projct" of "run" is not a flag .*did you mean "project"/],
  ["a flag in camel case", { run: { maxCost: 5 } }, /did you mean "max-cost"/],
  ["an unknown command", { "scaletest create-workspace": {} }, /did you mean "scaletest create-workspaces"/],
  ["a command that takes nothing from a file", { teardown: { wait: "1h" } }, /"teardown" is not a command/],
  [
    "a flag of one command line",
    { sweep: { "dry-run": true } },
    /"dry-run" of "sweep" is for one command line/,
  ],
  ["a flag that differs between commands", { common: { timeout: "5m" } }, /"drain".*set it for each command/],
  ["a token", { drain: { token: "s3cret" } }, /^(?!.*s3cret).*"token" of "drain" is or may be a secret/],
  ["a header", { "scaletest traffic": { header: "a=s3cret" } }, /^(?!.*s3cret).*may be a secret/],
  ["a licence", { run: { licence: "s3cret" } }, /^(?!.*s3cret).*may be a secret/],
  ["a hidden flag", { run: { night: "01jd" } }, /"night" of "run" is not a flag/],
  ["a value that its parser refuses", { run: { ttl: "soon" } }, /"ttl" of "run" .*--ttl must be a duration/],
  ["a value that is no choice", { run: { runner: "moon" } }, /must be network or local or job; got "moon"/],
  ["a text for a switch", { run: { rehearse: "yes" } }, /"rehearse" of "run" must be true or false/],
  ["an object for a value", { run: { size: {} } }, /"size" of "run" must be a text or a number/],
  ["a list for a single value", { run: { size: ["a"] } }, /"size" of "run" must be a text or a number/],
])("%s is refused with the file's name", async (_, sections, expected) => {
  const problem = await problemOf(sections);
  expect(problem).toMatch(/^refbench\.config\.json: /);
  expect(problem).toMatch(expected);
});
