import type { Command } from "commander";
import { afterEach, describe, expect, test, vi } from "vitest";
import { scaletestCommand } from "../../../../../harness/cli/commands/scaletest.ts";
import type { Io } from "../../../../../harness/composition/settings/io.ts";
import { followFlags, NOT_RECORDED } from "../../../../../harness/cli/scaletest/options/given-flags.ts";
import { CapturedStream } from "../../progress/captured-stream.ts";

afterEach(() => void vi.unstubAllEnvs());

/** A value for each option that does not accept "5". */
const VALUES: Readonly<Record<string, string>> = {
  "--steps": "2/s:30s,10/s:1m",
  "--ramp": "7s",
  "--rich-parameter-file": "parameters.yaml",
  "--target-workspaces": "0:5",
  "--run": "1a2b3c4d5e6f",
  "--reuse-users": "1a2b3c4d5e6f",
  "--abort-on": "p95=500ms",
  "--ssh-share": "0.5",
  "--engine": "coder",
  "--runner": "job",
  "--image": "generator=registry.example.com/node:22",
  "--ssh-client": "offered",
  "--coder-client-sha256": "ab".repeat(32),
  "--scenario": "apps",
  "--app-by": "subdomain",
  "--output": "json",
  "--run-command": "echo 'it is' -x",
};

/** One of both loads, whose action only takes what was parsed. */
function load(name: string): Command {
  const stream = new CapturedStream();
  const io: Io = { stdout: stream, stderr: stream, cwd: "/", env: {}, exit: () => undefined };
  const command = scaletestCommand(io).commands.find((each) => each.name() === name)!;
  return command.exitOverride().action(() => undefined);
}

async function wordsOf(command: Command, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const given = followFlags(command);
  await command.parseAsync(["node", command.name(), ...args]);
  return given(env);
}

describe.each(["create-workspaces", "traffic"])("%s", (name) => {
  test("its record's words parse to all that it was given, but for what is named with a reason", async () => {
    const command = load(name);
    // A search for a limit makes many loads, and no record of one.
    const asked = command.options.filter(
      ({ hidden, long }) => !hidden && !/^--(find-limit|limit-|resume)/.test(long!),
    );
    const args = asked.flatMap((option) => {
      const takes = option.required || option.optional;
      const value = VALUES[option.long!] ?? (/<duration>/.test(option.flags) ? "5s" : "5");
      return [option.long!, ...(takes ? [value] : [])];
    });
    const again = load(name);
    const [first, ...words] = await wordsOf(command, args);
    expect(first).toBe(name);
    await again.parseAsync(["node", name, ...words]);
    for (const option of asked) {
      const attribute = option.attributeName();
      const isLeftOut = option.long! in NOT_RECORDED;
      const source = again.getOptionValueSource(attribute);
      expect(source === "cli", option.long).toBe(!isLeftOut);
      if (!isLeftOut) expect(again.getOptionValue(attribute)).toEqual(command.getOptionValue(attribute));
    }
  });
});

test("nothing secret, and no folder of this machine, gets into the words", async () => {
  const secret = ["--header", "authorization=s3cret"];
  vi.stubEnv("REFBENCH_PROXY", "http://me:s3cret@proxy:80");
  const words = await wordsOf(load("create-workspaces"), [
    ...["--template", "t", "--rich-parameter-file", "/home/ann/p.yaml", "--session-file", "/home/ann/token"],
    ...secret,
  ]);
  expect(words).toEqual(["create-workspaces", "--template", "t", "--rich-parameter-file", "p.yaml"]);
});

test("switches that only a variable turned on are words too, once", async () => {
  const env = { CODER_SCALETEST_NO_CLEANUP: "true", CODER_SCALETEST_USE_HOST_LOGIN: "0" };
  const args = ["--template", "t"];
  expect(await wordsOf(load("create-workspaces"), args, env)).toContain("--no-cleanup");
  expect(await wordsOf(load("create-workspaces"), args, env)).not.toContain("--use-host-login");
  const twice = await wordsOf(load("create-workspaces"), [...args, "--no-cleanup"], env);
  expect(twice.filter((word) => word === "--no-cleanup")).toHaveLength(1);
  expect(await wordsOf(load("traffic"), [], env)).toEqual(["traffic"]);
});
