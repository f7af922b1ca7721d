import { expect, test } from "vitest";
import type { FailureClass, Phase } from "../../../../harness/model/record/worker-result.ts";
import type { LoadTask } from "../../../../harness/model/ports/worker-task.ts";
import { NEW_WORKSPACE, type NamedFaults, refusing } from "../../../support/coder/coder-faults.ts";
import { startEmulatedCoder } from "../../../support/coder/emulated-coder.ts";
import { startFaultProxy } from "../../../support/network/fault-proxy.ts";
import { loadTaskFor } from "../../../support/command/load-task.ts";
import { runLoadHere } from "../../../support/command/run-load.ts";

const ONE = ["bench-t-1"];
/** The deadline of timed cases; long enough for the healthy ones to finish first, even on a busy machine. */
const DEADLINE_MS = 4_000;

interface Case {
  readonly title: string;
  readonly faults: NamedFaults;
  /** The deadline that is missed. */
  readonly missed?: keyof LoadTask["timeouts"];
  readonly class: FailureClass;
  readonly phase: Phase;
  readonly example: RegExp;
}

const cases: readonly Case[] = [
  {
    title: "a build that fails",
    faults: { failBuild: ONE },
    class: "build-failed",
    phase: "build",
    example: /build failed: exit status 1/,
  },
  {
    title: "a build that never ends",
    faults: { stuckBuild: ONE },
    missed: "buildMs",
    class: "build-timeout",
    phase: "build",
    example: /build is running after 4000 ms/,
  },
  {
    title: "an agent that never connects",
    faults: { stuckAgent: ONE },
    missed: "agentMs",
    class: "agent-timeout",
    phase: "workspace-ready",
    example: /no usable agent .*: agent main is connecting/,
  },
  {
    title: "a workspace that is refused",
    faults: { refuseWorkspace: ONE },
    class: "workspace-create",
    phase: "create-workspace",
    example: /400 no such parameter/,
  },
  {
    title: "a terminal that is refused",
    faults: { refuseTerminal: ONE },
    class: "connect-refused",
    phase: "visit-terminal-first-byte",
    example: /404 .*no agent/,
  },
  {
    title: "a terminal that opens and prints nothing",
    faults: { shell: { "bench-t-1": "silent" } },
    missed: "connectMs",
    class: "silent-connection",
    phase: "visit-terminal-first-byte",
    example: /printed nothing within 4000 ms/,
  },
  {
    title: "a terminal that does not open",
    faults: { hangTerminal: ONE },
    missed: "connectMs",
    class: "connect-timeout",
    phase: "visit-terminal-first-byte",
    example: /did not open within 4000 ms/,
  },
  {
    title: "an SSH tunnel that is refused",
    faults: { refuseSsh: ONE },
    class: "connect-refused",
    phase: "visit-ssh-handshake",
    example: /404/,
  },
  {
    title: "a shell that only echoes what is typed",
    faults: { shell: { "bench-t-1": "echo-only" } },
    missed: "commandMs",
    class: "command-timeout",
    phase: "command",
    example: /expected the output line "hello"/,
  },
  {
    title: "a menu in place of a shell",
    faults: { shell: { "bench-t-1": "menu" } },
    missed: "connectMs",
    class: "shell-unready",
    phase: "visit-terminal-first-byte",
    example: /no shell reads the input, its last output is ".*creating a configuration.*Type one of the keys/,
  },
  {
    title: "a command with another output",
    faults: { shell: { "bench-t-1": "wrong-output" } },
    class: "wrong-output",
    phase: "command",
    example: /goodbye/,
  },
  {
    title: "a terminal that closes before the output",
    faults: { shell: { "bench-t-1": "ends" } },
    class: "connection-lost",
    phase: "command",
    example: /before the end/,
  },
];

// A case of time waits for the most part: side by side they take as long as one.
test.concurrent.each(cases)(
  "$title is one failed workspace, counted in its class, and still deleted",
  async (one) => {
    await using coder = await startEmulatedCoder({ faults: one.faults });
    const task = loadTaskFor(coder, {
      timeouts: one.missed === undefined ? {} : { [one.missed]: DEADLINE_MS },
      command: "sleep 0.05 && echo hello",
      connections: { total: 0 },
    });
    const { result, events } = await runLoadHere(task);

    const failure = result.failures.find((found) => found.class === one.class && found.phase === one.phase);
    expect(failure?.count).toBe(1);
    expect(failure?.example).toMatch(one.example);
    expect(result.workspaces).toMatchObject({ asked: 4, succeeded: 3, failed: 1 });
    expect(events).toContainEqual({
      type: "failure",
      failure: expect.objectContaining({ class: one.class }),
    });
    if (one.class === "build-timeout") expect(result.workspaces.deleted).toBe(4);
    expect(coder.workspacesLeft()).toEqual([]);
    expect(coder.usersLeft()).toEqual([]);
  },
);

test.concurrent("a refused user fails only its own workspaces", async () => {
  await using coder = await startEmulatedCoder({ faults: { refuseUser: ["bench-t-1"] } });
  const { result } = await runLoadHere(loadTaskFor(coder));
  expect(result.users).toMatchObject({ asked: 2, created: 1 });
  expect(result.workspaces).toMatchObject({ succeeded: 2, failed: 2, created: 2 });
  expect(result.failures).toContainEqual(expect.objectContaining({ class: "user-create", count: 1 }));
  expect(result.failures).toContainEqual(expect.objectContaining({ class: "workspace-create", count: 2 }));
});

test.concurrent("a workspace whose create lost its answer failed, and is found and deleted", async () => {
  await using coder = await startEmulatedCoder({ faults: { loseWorkspace: ONE } });
  const { result } = await runLoadHere(loadTaskFor(coder));
  expect(result.workspaces).toMatchObject({ succeeded: 3, failed: 1, deleted: 4 });
  expect(coder.workspacesLeft()).toEqual([]);
});

test.concurrent("a failed list at the end of a load is a failure, never nothing to delete", async () => {
  await using coder = await startEmulatedCoder({
    faults: { loseWorkspace: ["bench-t-0"], refuseUser: ONE },
  });
  await using proxy = await startFaultProxy({
    target: coder.url,
    rules: [{ match: /^GET \/api\/v2\/(users|workspaces)\?/, fault: { kind: "answer", status: 403 } }],
  });
  const { result } = await runLoadHere(loadTaskFor({ url: proxy.url, token: coder.token }));
  const examples = result.failures.map(({ class: kind, example }) => `${kind}: ${example}`);
  expect(examples).toContainEqual(expect.stringMatching(/^workspace-delete: .* may exist: GET .*403/));
  expect(examples).toContainEqual(expect.stringMatching(/^user-delete: .* may exist: GET .*403/));
});

test.concurrent("429 is waited out as the server asks and the request succeeds", async () => {
  await using coder = await startEmulatedCoder({ answers: [refusing(NEW_WORKSPACE, 429, { times: 3 })] });
  const { result, events } = await runLoadHere(loadTaskFor(coder));
  expect(result.workspaces.succeeded).toBe(4);
  expect(result.failures).toEqual([]);
  expect(events).toContainEqual({ type: "note", message: expect.stringMatching(/3 requests with 429/) });
});

test.concurrent("429 again and again is a failure of a separate class", async () => {
  await using coder = await startEmulatedCoder({ answers: [refusing(NEW_WORKSPACE, 429)] });
  const { result } = await runLoadHere(loadTaskFor(coder));
  expect(result.failures).toEqual([
    expect.objectContaining({ class: "rate-limited", phase: "create-workspace", count: 4 }),
  ]);
  expect(result.workspaces).toMatchObject({ succeeded: 0, failed: 4 });
});

test.concurrent("a workspace whose delete fails remains, with the reason, and so does its user", async () => {
  await using coder = await startEmulatedCoder({ faults: { failDelete: ONE } });
  const { result } = await runLoadHere(loadTaskFor(coder));
  expect(result.workspaces).toMatchObject({ succeeded: 4, deleted: 3 });
  expect(result.users.deleted).toBe(1);
  expect(result.failures).toContainEqual(
    expect.objectContaining({
      class: "workspace-delete",
      count: 1,
      example: expect.stringContaining("exit status 1"),
    }),
  );
  expect(result.failures).toContainEqual(expect.objectContaining({ class: "user-delete", count: 1 }));
});

test.concurrent("a delete build that was cancelled proves nothing: it is asked for again", async () => {
  await using coder = await startEmulatedCoder({ faults: { cancelDelete: ONE } });
  const { result } = await runLoadHere(loadTaskFor(coder));
  expect(result.workspaces.deleted).toBe(4);
  expect(coder.workspacesLeft()).toEqual([]);
});

test.concurrent("a connection that drops while it is held is lost, not held", async () => {
  await using coder = await startEmulatedCoder({ faults: { shell: { "bench-t-1": "drops" } } });
  const connections = { total: 8, sshShare: 0, holdMs: 400, commandsPerSecond: 200 };
  const { result } = await runLoadHere(loadTaskFor(coder, { connections }));
  expect(result.connections).toMatchObject({ asked: 8, held: 6, lost: 2 });
  expect(result.failures).toContainEqual(
    expect.objectContaining({ class: "connection-lost", phase: "held-command", count: 2 }),
  );
});

test.concurrent("a connection that answers nothing but its first question is not held", async () => {
  await using coder = await startEmulatedCoder({ faults: { shell: { "bench-t-1": "echo-only" } } });
  const task = loadTaskFor(coder, {
    timeouts: { commandMs: DEADLINE_MS },
    connections: { total: 8, sshShare: 0, commandsPerSecond: 0 },
  });
  const { result } = await runLoadHere(task);
  expect(result.connections).toMatchObject({ held: 6, verified: 8, lost: 0, failed: 2 });
  expect(result.failures).toContainEqual(
    expect.objectContaining({ class: "command-timeout", phase: "closing-command", count: 2 }),
  );
});

test.concurrent("a connection that was verified and hung up while idle is lost, not held", async () => {
  await using coder = await startEmulatedCoder({ faults: { shell: { "bench-t-1": "hangs-up" } } });
  // One command each, so that the shell has had its first one before it is idle.
  const connections = { total: 8, sshShare: 0, holdMs: 400, commandsPerSecond: 20 };
  const { result } = await runLoadHere(loadTaskFor(coder, { connections }));
  expect(result.connections).toMatchObject({ held: 6, verified: 8, lost: 2 });
});

test.concurrent("every check that could not be made before the load is reported", async () => {
  await using coder = await startEmulatedCoder();
  const checked =
    /^GET \S+\/(entitlements|deployment\/config|templateversions\/[^/]+(\/(resources|external-auth))?) /;
  await using proxy = await startFaultProxy({
    target: coder.url,
    rules: [{ match: checked, fault: { kind: "answer", status: 403 } }],
  });
  const { events } = await runLoadHere(loadTaskFor({ url: proxy.url, token: coder.token }));
  const notes = events.flatMap((event) => (event.type === "note" ? [event.message] : []));
  expect(notes.filter((note) => note.includes("could not be checked"))).toEqual([
    expect.stringMatching(/^the licence's seats/),
    expect.stringMatching(/^whether the deployment's settings refuse the load/),
    expect.stringMatching(/^the active version of template kubernetes/),
    expect.stringMatching(/^the agents of template kubernetes/),
    expect.stringMatching(/^which logins template kubernetes needs/),
  ]);
});
