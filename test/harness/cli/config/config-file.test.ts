import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { describe, expect, onTestFinished, test } from "vitest";
import { findConfigFile } from "../../../../harness/cli/config/config-file.ts";
import { main } from "../../../../harness/cli/main.ts";
import { selectEnvironment } from "../../../../harness/nights/child-command.ts";

async function folderWith(files: Readonly<Record<string, string>>): Promise<string> {
  const cwd = await mkdtemp(join(tmpdir(), "refbench-config-"));
  onTestFinished(() => rm(cwd, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) await writeFile(join(cwd, name), text);
  return cwd;
}

async function refbench(cwd: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const code = await main(args, { stdout, stderr, cwd, env: { PATH: process.env["PATH"], ...env } });
  return { code, stdout: String(stdout.read() ?? ""), stderr: String(stderr.read() ?? "") };
}

const OWN = '{"run": {"size": "canary"}}';
const IN_PACKAGE = '{"name": "mine", "refbench": {"run": {"size": "small"}}}';

describe("the config file", () => {
  test("is refbench.config.json, or a key of package.json", async () => {
    const own = await findConfigFile(await folderWith({ "refbench.config.json": OWN }), {});
    expect(own).toEqual({ name: "refbench.config.json", sections: { run: { size: "canary" } } });
    const inPackage = await findConfigFile(await folderWith({ "package.json": IN_PACKAGE }), {});
    expect(inPackage).toEqual({ name: '"refbench" in package.json', sections: { run: { size: "small" } } });
  });

  test("is absent if neither exists, and if a package.json sets nothing", async () => {
    expect(await findConfigFile(await folderWith({}), {})).toBeUndefined();
    expect(
      await findConfigFile(await folderWith({ "package.json": '{"bin": {"refbench": "x"}}' }), {}),
    ).toBeUndefined();
  });

  test.each([
    ["both files", { "refbench.config.json": OWN, "package.json": IN_PACKAGE }, /remove one of them/],
    ["no JSON", { "refbench.config.json": "{run" }, /refbench\.config\.json is not JSON/],
    ["a list", { "refbench.config.json": "[]" }, /must hold an object/],
    [
      "a flag outside a section",
      { "refbench.config.json": '{"project": "p"}' },
      /"project" must be an object of flags/,
    ],
    [
      "a text in package.json",
      { "package.json": '{"refbench": "x"}' },
      /"refbench" in package\.json must be an object/,
    ],
  ])("with %s is refused", async (_, files, expected) => {
    await expect(findConfigFile(await folderWith(files), {})).rejects.toThrow(expected);
  });

  test("is not read by the commands that a night starts, which get flags", async () => {
    const cwd = await folderWith({ "refbench.config.json": OWN });
    expect(await findConfigFile(cwd, selectEnvironment({}))).toBeUndefined();
  });
});

describe("a wrong config file", () => {
  const files = { "refbench.config.json": '{"run": {"projct": "p"}}' };

  test("is refused by a command that could take flags from it, before anything is created", async () => {
    const cwd = await folderWith(files);
    const { code, stderr } = await refbench(cwd, ["run", "gke", "--rehearse"]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^refbench: refbench\.config\.json: "projct" .*did you mean "project"/);
    expect(await readdir(cwd)).toEqual(["refbench.config.json"]);
  });

  test("keeps neither help nor a teardown from working", async () => {
    const cwd = await folderWith(files);
    expect((await refbench(cwd, ["--help"])).code).toBe(0);
    expect((await refbench(cwd, ["run", "--help"])).code).toBe(0);
    expect((await refbench(cwd, ["teardown", "none"])).stderr).not.toContain("refbench.config.json");
  });

  test("is reported by doctor, with each value that is set and where", async () => {
    const text = '{"common": {"project": "p"}, "run": {"projct": "p", "mirror": "gs://team/m"}}';
    const cwd = await folderWith({ "refbench.config.json": text });
    const { code, stdout } = await refbench(cwd, ["doctor"], {
      REFBENCH_ZONE: "z",
      CODER_HEADER: "a=s3cret",
      REFBENCH_PROXY: "http://me:s3cret@proxy:80",
    });
    expect(code).toBe(2);
    expect(stdout).toMatch(/WRONG +config file refbench\.config\.json\n +-> .*"projct"/);
    expect(stdout).toMatch(
      /--project p \(refbench\.config\.json\): preflight, plan, run, stage, sweep, nightly, export/,
    );
    expect(stdout).toMatch(/--mirror gs:\/\/team\/m \(refbench\.config\.json\): run$/m);
    expect(stdout).toMatch(/--zone z \(REFBENCH_ZONE\): preflight, plan, run, stage, export/);
    expect(stdout).not.toContain("s3cret");
  });
});
