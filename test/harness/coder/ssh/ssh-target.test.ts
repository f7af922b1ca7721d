import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { sshTarget } from "../../../../harness/coder/ssh/ssh-target.ts";
import { openStdioSession } from "../../../../harness/coder/ssh/stdio-session.ts";
import { fakeCoderCli } from "../../../support/coder/fake-coder-cli.ts";

const HOSTILE = [
  "--header-command=touch x #",
  "-h",
  "a b",
  "a;b",
  "../a",
  "a/b",
  "",
  "a\nb",
  "é",
  "$(a)",
  "a".repeat(65),
];

test("a target is made of names alone", () => {
  expect(sshTarget({ owner: "alice", workspace: "bench-1", agent: "main" })).toEqual({
    target: "alice/bench-1.main",
  });
  for (const word of HOSTILE)
    for (const names of [
      { owner: word, workspace: "w" },
      { owner: "o", workspace: word },
      { owner: "o", workspace: "w", agent: word },
    ])
      expect(sshTarget(names)).toEqual({ problem: expect.stringContaining(JSON.stringify(word)) });
});

async function open(owner: string) {
  using cli = fakeCoderCli(["w"]);
  const folder = mkdtempSync(join(tmpdir(), "refbench-test-session-"));
  let isGone = false;
  const outcome = await openStdioSession({
    binary: cli.binary,
    names: { owner, workspace: "w" },
    token: "token",
    env: { PATH: process.env["PATH"] ?? "" },
    folder,
    connectMs: 20_000,
    onStart: () => undefined,
    onExit: () => (isGone = true),
  });
  rmSync(folder, { recursive: true, force: true });
  return { outcome, calls: cli.calls(), isGone: () => isGone };
}

test("a deployment's word that is not a name starts no program, and fails the connection as a value", async () => {
  const { outcome, calls, isGone } = await open("--header-command=touch MARKER #");
  expect(outcome).toMatchObject({
    state: "failed",
    why: "refused",
    message: expect.stringContaining("not a name"),
  });
  expect(calls).toEqual([]);
  expect(isGone()).toBe(true);
});

test("nothing after the target's place is read as a flag", async () => {
  const { calls } = await open("alice");
  expect(calls[0]?.args.slice(-2)).toEqual(["--", "alice/w"]);
});
