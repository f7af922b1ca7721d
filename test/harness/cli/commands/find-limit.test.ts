import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { main } from "../../../../harness/cli/main.ts";
import { startEmulatedCoder } from "../../../support/coder/emulated-coder.ts";
import { narrowWay } from "../../../support/network/narrow-way.ts";
import { Refbench } from "../../../support/command/refbench-process.ts";
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

/** A Coder that can hold nine connections, and a caller with a temporary folder. */
async function narrowCoder() {
  const coder = await startEmulatedCoder();
  const way = await narrowWay(coder.url, 9);
  const cwd = await mkdtemp(join(tmpdir(), "refbench-find-limit-"));
  const [stdout, stderr] = [new CapturedStream(), new CapturedStream()];
  const env = { PATH: process.env["PATH"], HOME: cwd, CODER_SESSION_TOKEN: coder.token };
  return {
    ...{ coder, cwd, env, stderr },
    typed: ["scaletest", "create-workspaces", "--url", way.url, ...LOAD, "--output", "json"],
    run: (args: readonly string[]) => main(args, { stdout, stderr, env, cwd }),
    [Symbol.asyncDispose]: async () => {
      await rm(cwd, { recursive: true, force: true });
      await way[Symbol.asyncDispose]();
      await coder[Symbol.asyncDispose]();
    },
  };
}

test("a search that is killed after its first load is continued to its answer, without that load again", async () => {
  await using narrow = await narrowCoder();
  const { cwd, env, coder } = narrow;
  const killed = new Refbench(cwd, narrow.typed, env);
  const wasKept = async () => ((await keptLimits(cwd))[0]?.steps.length ?? 0) > 0;
  const endedBefore = killed.ended.then(({ stderr }) => Promise.reject(new Error(`it ended: ${stderr}`)));
  await Promise.race([expect.poll(wasKept, { timeout: 120_000 }).toBe(true), endedBefore]);
  endedBefore.catch(() => undefined);
  killed.kill("SIGKILL");
  expect(await killed.ended).toMatchObject({ signal: "SIGKILL", stdout: "" });
  const [left] = await keptLimits(cwd);
  if (left === undefined) throw new Error("it is gone again");
  expect(left).toMatchObject({
    ...{ kind: "connections", verdict: "interrupted", teardown: { state: "pending" } },
  });
  expect(left.steps[0]).toMatchObject({ load: 8, purpose: "raise", outcome: "within" });
  const { workspaces, users } = await coder.names();
  expect(workspaces).toHaveLength(2);

  for (const [what, changed, message] of [
    ["truncated", JSON.stringify(left).slice(0, -40), /expected the limit\.json of an earlier search/],
    [
      "of another deployment",
      JSON.stringify({ ...left, deployment: { ...left.deployment, id: "another" } }),
      /it measured the deployment another, but this one is /,
    ],
    [
      "of other settings",
      JSON.stringify({ ...left, asked: { ...left.asked, upTo: 32 } }),
      /its flags were different .*upTo 32 → 64; give the same flags/,
    ],
  ] as const) {
    await writeFile(join(cwd, "bad.json"), changed);
    expect(await narrow.run([...narrow.typed, "--resume", "bad.json"]), what).toBe(2);
    expect(narrow.stderr.text).toMatch(message);
  }
  expect(await coder.names(), "a refusal made something").toMatchObject({ workspaces, users });

  const again = await new Refbench(cwd, [...narrow.typed, "--resume", left.file], env).ended;
  expect(again.code, again.stderr).toBe(0);
  const found = JSON.parse(again.stdout) as Limit;
  expect(found).toMatchObject({
    ...{ schemaVersion: 1, simulated: true, kind: "connections" },
    ...{ limit: 8, isConfirmed: true, ended: "found", teardown: { state: "clean" } },
  });
  expect(again.stderr).toContain("8 connections (confirm): within");
  expect(found.steps.slice(0, left.steps.length)).toEqual(left.steps);
  expect(found.steps.map(({ load, purpose }) => `${load} ${purpose}`)).toEqual([
    ...["8 raise", "16 raise", "8 confirm", "16 above"],
  ]);
  expect((await keptLimits(cwd)).at(-1)?.steps).toEqual(found.steps);
  expect(await coder.names(), "the other search's own were touched").toMatchObject({ workspaces, users });
  expect(await narrow.run(["scaletest", "cleanup", "--url", narrow.typed[3] ?? "", "--all"])).toBe(0);
  expect(await coder.names()).toEqual({ workspaces: [], users: [], tokens: [] });
}, 300_000);

test("a search that used up its steps prints a command that continues it", async () => {
  await using narrow = await narrowCoder();
  expect(await narrow.run([...narrow.typed, "--limit-steps", "2"]), narrow.stderr.text).toBe(61);
  const printed = /continue with\n {2}(.+)\n/.exec(narrow.stderr.text)?.[1] ?? "";
  const [, ...words] = printed.split(" ");
  expect(words.slice(-2)).toEqual(["--limit-steps", "4"]);
  expect(await narrow.run(words), narrow.stderr.text).toBe(0);
}, 300_000);

interface Limit {
  readonly deployment: object;
  readonly asked: object;
  readonly steps: readonly { readonly load: number; readonly purpose: string }[];
}

/** Returns the limits that a folder's searches have kept so far, the oldest search first. */
async function keptLimits(cwd: string): Promise<(Limit & { readonly file: string })[]> {
  const searches = join(cwd, ".refbench", "scaletest");
  const files = (await readdir(searches).catch(() => []))
    .sort()
    .map((run) => join(searches, run, "limit.json"));
  const there = await Promise.all(
    files.map(async (file) => {
      const text = await readFile(file, "utf8").catch(() => undefined);
      return text === undefined ? [] : [{ ...(JSON.parse(text) as Limit), file }];
    }),
  );
  return there.flat();
}
