import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { PassThrough } from "node:stream";
import type { Command } from "commander";
import { expect, test } from "vitest";
import { programOf } from "../../harness/cli/main.ts";
import { mainAgainst } from "../support/command/main-against.ts";

/** More than any command may take from a server that never ends: four calls at once of 16 MiB, and what is on its way. */
const MOST_BYTES = 128 * 2 ** 20;
const CHUNK = Buffer.alloc(64 * 1024, " ");

/** Flags that make each command that asks a deployment begin, and end soon. A new command fails the test below until it is here. */
const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  "scaletest create-workspaces": [
    "--count",
    "1",
    "--template",
    "t",
    "--timeout",
    "2s",
    "--cleanup-timeout",
    "2s",
  ],
  "scaletest autostart": [
    ...["--workspace-count", "1", "--template", "t", "--timeout", "2s", "--cleanup-timeout", "2s"],
  ],
  "scaletest churn": [
    ...["--count", "1", "--template", "t", "--duration", "20s", "--timeout", "2s", "--cleanup-timeout", "2s"],
  ],
  "scaletest dynamic-parameters": ["--template", "t", "--timeout", "2s", "--cleanup-timeout", "2s"],
  "scaletest mixed": [...["--count", "1", "--template", "t", "--timeout", "2s", "--cleanup-timeout", "2s"]],
  "scaletest notifications": [
    ...["--template", "t", "--user-count", "2"],
    ...["--timeout", "2s", "--cleanup-timeout", "2s"],
  ],
  "scaletest traffic": ["--timeout", "2s", "--cleanup-timeout", "2s"],
  "scaletest cleanup": ["--cleanup-timeout", "2s"],
};

/** Commands that ask nobody before they have read the state of a manual environment. */
const WITH_STATE = ["drain"];

const SERVERS: Readonly<Record<string, (response: ServerResponse) => void>> = {
  "sends one byte now and then": (response) => {
    response.writeHead(200, { "content-type": "application/json" });
    const timer = setInterval(() => response.write(" "), 50);
    response.on("close", () => clearInterval(timer));
  },
  "sends a body without an end": (response) => {
    response.writeHead(200, { "content-type": "application/json" });
    const pump = (): void => {
      while (!response.destroyed && response.write(CHUNK));
    };
    response.on("drain", pump);
    pump();
  },
  "sends a hundred thousand brackets": (response) => {
    response.writeHead(200, { "content-type": "application/json" }).end("[".repeat(100_000));
  },
  "sends the same full page for ever": (response) => {
    const page = Array.from({ length: 100 }, (_, n) => ({ id: String(n), username: `u${n}` }));
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ id: "me", username: "me", users: page, workspaces: [], count: 1e9 }));
  },
  "never answers": () => undefined,
};

test("every command with --url is listed here", async () => {
  const sink = new PassThrough().resume();
  const io = { stdout: sink, stderr: sink, env: {}, cwd: "/", exit: () => undefined };
  const walk = (command: Command, path: string): readonly string[] =>
    command.commands.flatMap((child) => {
      const own = `${path} ${child.name()}`.trim();
      const asks = child.options.some(({ long }) => long === "--url");
      return [...(asks ? [own] : []), ...walk(child, own)];
    });
  expect(walk(await programOf(io, "0.0.0"), "").toSorted()).toEqual(
    [...Object.keys(COMMANDS), ...WITH_STATE].toSorted(),
  );
});

const cases = Object.keys(COMMANDS).flatMap((name) =>
  Object.keys(SERVERS).map((server) => [name, server] as const),
);

test.concurrent.each(cases)("%s ends within its time if the server %s", async (name, how) => {
  let asked = 0;
  const server = createServer((request, response) => {
    request.resume();
    asked += 1;
    SERVERS[how]!(response);
  });
  let sent = 0;
  server.on("connection", (socket) => socket.on("close", () => (sent += socket.bytesWritten)));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const args = [...name.split(" "), "--url", url, ...(COMMANDS[name] ?? [])];
  const { code, said } = await mainAgainst(server, args, { CODER_SESSION_TOKEN: "token" });
  expect(asked, said).toBeGreaterThan(0);
  expect(code, said).not.toBe(0);
  expect(said).not.toContain("defect of refbench");
  expect(sent).toBeLessThan(MOST_BYTES);
});
