import { mkdtemp, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import { main } from "../../../harness/cli/main.ts";

/** Runs the command line in this process, in an empty folder. */
async function refbench(args: readonly string[], env: NodeJS.ProcessEnv = { ...process.env, CI: "" }) {
  const cwd = await mkdtemp(join(tmpdir(), "refbench-cli-"));
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const code = await main(args, { stdout, stderr, env, cwd });
  const text = (stream: PassThrough): string => String(stream.read() ?? "");
  return { code, cwd, stdout: text(stdout), stderr: text(stderr) };
}

describe("bad input creates nothing", () => {
  test.each([
    [["run", "gke"], "--rehearse"],
    [["run", "nowhere", "--rehearse"], "nowhere"],
    [["run", "gke", "--rehearse", "--size", "7"], "canary"],
    [["run", "gke", "--rehearse", "--set", "workspaces=many"], "workspaces"],
    [["run", "gke", "--rehearse", "--set", "workspaces"], "path=value"],
    [["run", "gke", "--rehearse", "--set", "coder.daemonsPerReplica=7"], "concurrentBuilds"],
    [["run", "gke", "--rehearse", "--faults", "none.json"], "none.json"],
    [["run", "gke", "--rehearse", "--speed", "0"], "--speed"],
    [["run", "gke", "--rehearse", "--ttl", "soon"], "--ttl"],
    [["run", "gke", "--rehearse", "--keep-on-failure", "1h", "--keep-max", "1.5"], "--keep-max"],
    [["run", "gke", "--rehearse", "--owner", "A B"], "--owner"],
    [["run", "gke", "--rehearse", "--output", "xml"], "xml"],
    [["run", "gke", "--rehearse", "--state", "gs://team/state"], "the twin"],
    [["run", "gke", "--state", "file:///mnt/share"], "--state"],
    [["run", "gke", "--rehearse", "--mirror", "./here"], "--mirror"],
    [["teardown", "01jd0000000000000000000000", "--from", "ftp://team/mirror"], "--from"],
    [["run", "gke", "--rehearse", "--no-such-flag"], "--no-such-flag"],
    [["watch", "01jd0000000000000000000000"], "01jd0000000000000000000000"],
    [["teardown", "nothing"], "nothing"],
    [["stage", "load"], "--run"],
    [["stage", "nap", "gke"], "nap"],
    [["nonsense"], "nonsense"],
  ])("%j is a usage error that names %s", async (args, named) => {
    const { code, cwd, stderr } = await refbench(args);
    expect(stderr).toContain(named);
    expect(code).toBe(2);
    expect(await readdir(cwd)).toEqual([]);
  });

  test("a real run on CI names the buckets without which it would be lost with its machine", async () => {
    const { code, cwd, stderr } = await refbench(["run", "gke"], { ...process.env, CI: "true" });
    expect(code).toBe(2);
    expect(stderr).toMatch(/--state .* and --mirror/);
    expect(await readdir(cwd)).toEqual([]);
  });

  test("a missing terraform is a usage error that says where to get it", async () => {
    const { code, cwd, stderr } = await refbench(["run", "gke", "--rehearse"], {
      ...process.env,
      PATH: "/nonexistent",
    });
    expect(code).toBe(2);
    expect(stderr).toMatch(/1\.11[\s\S]*developer\.hashicorp\.com\/terraform\/install/);
    expect(await readdir(cwd)).toEqual([]);
  });
});

describe("help", () => {
  test("names every command but the one that only the harness types", async () => {
    const { code, stdout } = await refbench(["--help"]);
    expect(code).toBe(0);
    for (const command of [
      "run",
      "stage",
      "teardown",
      "watch",
      "results",
      "architectures",
      "twin",
      "emulator",
      "doctor",
    ]) {
      expect(stdout).toContain(`  ${command}`);
    }
    expect(stdout).not.toContain("reaper");
  });

  test("of run shows defaults, environment variables and exit codes", async () => {
    // The line breaks depend on the longest flag.
    const stdout = (await refbench(["run", "--help"])).stdout.replaceAll(/\s+/g, " ");
    expect(stdout).toMatch(/--speed <factor> .*?\(default: 200, env: REFBENCH_SPEED\)/);
    expect(stdout).toContain("40 leaked");
  });
});

describe("a suggested command", () => {
  test("begins as refbench was started, in help and in errors", async () => {
    const [cwd, stdout, stderr] = ["/", new PassThrough(), new PassThrough()];
    const given = { stdout, stderr, env: {}, cwd, script: "/opt/refbench/bin/refbench.js" };
    expect(await main(["watch", "01jd"], given)).toBe(2);
    expect(String(stderr.read())).toContain('"node opt/refbench/bin/refbench.js results list"');
    expect(await main(["preflight", "--help"], given)).toBe(0);
    expect(String(stdout.read())).toContain('"node opt/refbench/bin/refbench.js architectures"');
  });

  test("help that is piped has each description on one line", async () => {
    const { stdout } = await refbench(["run", "--help"]);
    expect(stdout).toMatch(/^ +--keep-on-failure .*REFBENCH_KEEP_ON_FAILURE\)$/m);
  });
});
