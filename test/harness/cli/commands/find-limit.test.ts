import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { main } from "../../../../harness/cli/main.ts";
import { startEmulatedCoder } from "../../../support/emulated-coder.ts";
import { narrowWay } from "../../../support/narrow-way.ts";
import { CapturedStream } from "../progress/captured-stream.ts";

test("the most connections that the way to a Coder carries are found, and nothing is left of the search", async () => {
  await using coder = await startEmulatedCoder();
  await using way = await narrowWay(coder.url, 9);
  const cwd = await mkdtemp(join(tmpdir(), "refbench-find-limit-"));
  const [stdout, stderr] = [new CapturedStream(), new CapturedStream()];
  const env = { PATH: process.env["PATH"], HOME: cwd, CODER_SESSION_TOKEN: coder.token };
  const load = ["-t", "kubernetes", "-c", "2", "--concurrency", "0", "--connect-hold", "200ms"];
  const limit = ["--limit-from", "8", "--limit-up-to", "64", "--limit-resolution", "8"];
  const code = await main(
    [
      ...["scaletest", "create-workspaces", "--url", way.url, ...load, "--connect-interval", "100ms"],
      ...["--find-limit", "connections", ...limit, "--output", "json"],
    ],
    { stdout, stderr, env, cwd },
  ).finally(() => rm(cwd, { recursive: true, force: true }));

  expect(code, stderr.text).toBe(0);
  expect(JSON.parse(stdout.text)).toMatchObject({
    ...{ schemaVersion: 1, simulated: true, kind: "connections" },
    ...{ limit: 8, isConfirmed: true, ended: "found", teardown: { state: "clean" } },
    steps: [8, 16, 8, 16].map((tried) => ({ load: tried })),
  });
  expect(stderr.text).toContain("8 connections (confirm): within");
  expect(await coder.names()).toEqual({ workspaces: [], users: [], tokens: [] });
}, 60_000);
