import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { main } from "../../../../harness/cli/main.ts";
import { startEmulatedCoder } from "../../../support/emulated-coder.ts";
import { narrowWay } from "../../../support/narrow-way.ts";
import { Refbench } from "../../../support/refbench-process.ts";
import { CapturedStream } from "../progress/captured-stream.ts";

const LOAD = [
  ...[
    "-t",
    "kubernetes",
    "-c",
    "2",
    "--concurrency",
    "0",
    "--connect-hold",
    "200ms",
    "--connect-interval",
    "100ms",
  ],
  ...["--find-limit", "connections", "--limit-from", "8", "--limit-up-to", "64", "--limit-resolution", "8"],
];

/** A Coder that nine connections can be held to, and who asks it from a folder of its own. */
async function narrowCoder() {
  const coder = await startEmulatedCoder();
  const way = await narrowWay(coder.url, 9);
  const cwd = await mkdtemp(join(tmpdir(), "refbench-find-limit-"));
  const [stdout, stderr] = [new CapturedStream(), new CapturedStream()];
  const env = { PATH: process.env["PATH"], HOME: cwd, CODER_SESSION_TOKEN: coder.token };
  return {
    ...{ coder, cwd, env, stdout, stderr },
    typed: ["scaletest", "create-workspaces", "--url", way.url, ...LOAD, "--output", "json"],
    run: (args: readonly string[]) => main(args, { stdout, stderr, env, cwd }),
    [Symbol.asyncDispose]: async () => {
      await rm(cwd, { recursive: true, force: true });
      await way[Symbol.asyncDispose]();
      await coder[Symbol.asyncDispose]();
    },
  };
}

test("the most connections that the way to a Coder carries are found, and nothing is left of the search", async () => {
  await using narrow = await narrowCoder();
  const { coder, stdout, stderr } = narrow;
  expect(await narrow.run(narrow.typed), stderr.text).toBe(0);
  expect(JSON.parse(stdout.text)).toMatchObject({
    ...{ schemaVersion: 1, simulated: true, kind: "connections" },
    ...{ limit: 8, isConfirmed: true, ended: "found", teardown: { state: "clean" } },
    steps: [8, 16, 8, 16].map((tried) => ({ load: tried })),
  });
  expect(stderr.text).toContain("8 connections (confirm): within");
  expect(await coder.names()).toEqual({ workspaces: [], users: [], tokens: [] });
}, 60_000);

test("a search that is killed leaves what it found, and another one goes on from it", async () => {
  await using narrow = await narrowCoder();
  const { cwd, env, coder, stdout, stderr } = narrow;
  const killed = new Refbench(cwd, narrow.typed, env);
  await killed.says(/8 connections \(raise\): /);
  killed.kill("SIGKILL");
  await killed.ended;

  const searches = join(cwd, ".refbench", "scaletest");
  const [run = ""] = await readdir(searches);
  const file = join(searches, run, "limit.json");
  const left = JSON.parse(await readFile(file, "utf8")) as { steps: object[] };
  expect(left).toMatchObject({
    verdict: "interrupted",
    teardown: { state: "pending" },
    steps: [{ load: 8 }],
  });

  // How busy this machine is decides how far it comes; two loads more are enough to see that it went on.
  await narrow.run([...narrow.typed, "--limit-steps", "3", "--resume", file]);
  const { steps } = JSON.parse(stdout.text) as { steps: object[] };
  expect(steps.slice(0, 1)).toEqual(left.steps);
  // Its first load makes the workspaces again.
  expect(steps.slice(1)).toEqual([expect.objectContaining({ load: 8 }), expect.anything()]);
  expect(stderr.text).toContain("(loads: 1)");
  expect(stderr.text).toMatch(/go on from it with\n {2}refbench scaletest .* --resume /);
  expect(await narrow.run(["scaletest", "cleanup", "--url", narrow.typed[3] ?? "", "--all"])).toBe(0);
  expect(await coder.names()).toEqual({ workspaces: [], users: [], tokens: [] });
}, 120_000);
