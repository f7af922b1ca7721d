import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { expect, test } from "vitest";
import { fakeCoderCli } from "../../../support/coder/fake-coder-cli.ts";
import { startEmulatedCoder } from "../../../support/coder/emulated-coder.ts";
import { loadTaskFor } from "../../../support/command/load-task.ts";
import { runLoadHere } from "../../../support/command/run-load.ts";
import { startTlsFront } from "../../../support/network/tls-front.ts";

const connections = { total: 6, sshShare: 0.5, holdMs: 300, commandsPerSecond: 40 };

function foldersOfSessions(): string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith("refbench-ssh-"));
}

test("each SSH session is a separate coder ssh, whose route is recorded, and nothing of it remains", async () => {
  await using coder = await startEmulatedCoder();
  using cli = fakeCoderCli();
  const before = foldersOfSessions();
  const deployment = {
    url: coder.url,
    ssh: "stdio",
    coderBinary: cli.binary,
    headers: { "x-access": 'a "b", c' },
  } as const;
  const { result, events } = await runLoadHere(
    loadTaskFor(coder, { deployment, connections, agent: "main" }),
  );

  expect(result.failures).toEqual([]);
  expect(result.connections).toMatchObject({ held: 6, heldSsh: 3, sshDirect: 3, sshRelayed: 0 });
  // Each of the four workspaces was visited before.
  expect(cli.calls()).toHaveLength(7);
  for (const { args, url, header, env } of cli.calls()) {
    expect(url).toBe(coder.url);
    expect(args.at(-1)).toMatch(/^bench-t-\d\/bench-t-\d\.main$/);
    // Coder's keys: ten characters, a dash, the secret.
    expect(args.join(" ")).not.toMatch(/[A-Za-z0-9]{10}-[A-Za-z0-9]{22}/);
    expect(header).toBe('"x-access=a ""b"", c"');
    expect(env).not.toContain("VITEST");
  }
  const notes = events.flatMap((event) => (event.type === "note" ? [event.message] : []));
  expect(notes.join()).toMatch(/at most \d+ sessions of coder ssh --stdio at once, 24 MiB each/);
  expect(foldersOfSessions()).toEqual(before);
});

test("Coder's client reaches an address by a name that the certificate is for, and no port stays open", async () => {
  await using coder = await startEmulatedCoder();
  await using front = await startTlsFront(coder.url);
  using cli = fakeCoderCli();
  const deployment = {
    url: front.byAddress,
    caPem: front.caPem,
    serverName: "localhost",
    ssh: "stdio",
    coderBinary: cli.binary,
  } as const;
  const { result } = await runLoadHere(loadTaskFor(coder, { deployment, connections }));
  expect(result.failures).toEqual([]);
  expect(result.connections).toMatchObject({ held: 6, heldSsh: 3 });
  const urls = new Set(cli.calls().map(({ url }) => url));
  expect(urls.size).toBe(1);
  const [url = ""] = urls;
  expect(url).toMatch(/^https:\/\/localhost:\d+$/);
  expect(url).not.toBe(front.url);
  await expect(fetch(url)).rejects.toMatchObject({ cause: { code: "ECONNREFUSED" } });
});

test("no more sessions run at once than asked, and sessions that do not fit become terminals, which is reported", async () => {
  await using coder = await startEmulatedCoder();
  using cli = fakeCoderCli();
  const deployment = { url: coder.url, ssh: "stdio", coderBinary: cli.binary, stdioSessions: 1 } as const;
  const task = loadTaskFor(coder, { deployment, connections, workspaces: 2 });
  const { result, events } = await runLoadHere(task);
  expect(result.failures).toEqual([]);
  expect(result.connections).toMatchObject({ held: 6, heldSsh: 1, heldTerminal: 5 });
  const notes = events.flatMap((event) => (event.type === "note" ? [event.message] : []));
  expect(notes.join()).toMatch(/1 of 3 requested SSH connections are opened/);
});

test("the program's last output is the failure, without the token", async () => {
  await using coder = await startEmulatedCoder();
  using cli = fakeCoderCli(["bench-t-1"]);
  const deployment = { url: coder.url, ssh: "stdio", coderBinary: cli.binary } as const;
  const { result } = await runLoadHere(loadTaskFor(coder, { deployment, connections: { total: 0 } }));
  expect(result.workspaces).toMatchObject({ succeeded: 3, failed: 1 });
  expect(result.failures).toEqual([
    expect.objectContaining({
      class: "connect-refused",
      phase: "visit-ssh-handshake",
      example: expect.stringMatching(/ended with exit code 1: You are signed out with \*\*\*/),
    }),
  ]);
});

test("without a program that can be run nothing is begun", async () => {
  await using coder = await startEmulatedCoder();
  const deployment = { url: coder.url, ssh: "stdio", coderBinary: "/nowhere/coder" } as const;
  await expect(runLoadHere(loadTaskFor(coder, { deployment }))).rejects.toThrow(
    /\/nowhere\/coder is no program that can be run: give the coder program/,
  );
  expect(coder.calls).toEqual([]);
});
