import { randomUUID } from "node:crypto";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { openSsh } from "../../../../harness/coder/ssh/ssh.ts";
import { openTerminal } from "../../../../harness/coder/terminal.ts";
import { MAX_MESSAGE_BYTES, Transport } from "../../../../harness/coder/http/transport.ts";
import { endClass } from "../../../../harness/workload/context/connect-class.ts";

const TOO_LARGE = /more than 1048576 bytes/;

/** A server of websockets that does so with each one. */
async function serveSockets(onSocket: (socket: WebSocket) => void) {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  server.on("connection", (socket) => {
    socket.on("error", () => undefined);
    onSocket(socket);
  });
  await new Promise((resolve) => server.once("listening", resolve));
  const transport = new Transport({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  return {
    options: { transport, token: "t", agentId: "a", connectMs: 20_000 },
    [Symbol.asyncDispose]: async () => {
      for (const client of server.clients) client.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test("a terminal whose first message is larger than 1 MiB is a lost connection, with this reason", async () => {
  await using server = await serveSockets((socket) => socket.send(Buffer.alloc(MAX_MESSAGE_BYTES + 1)));
  const outcome = await openTerminal({ ...server.options, reconnect: randomUUID() });
  expect(outcome).toMatchObject({ state: "failed", why: "lost", message: expect.stringMatching(TOO_LARGE) });
});

test("a held terminal that is sent more than 1 MiB in one message is lost; 1 MiB is read", async () => {
  let server: WebSocket | undefined;
  await using sockets = await serveSockets((socket) => {
    server = socket;
    socket.send(Buffer.from("$ "));
  });
  const outcome = await openTerminal({ ...sockets.options, reconnect: randomUUID() });
  if (outcome.state !== "open") throw new Error(outcome.message);
  const { session } = outcome;
  const ended = new Promise<Parameters<typeof endClass>[0]>((resolve) => session.onEnd(resolve));
  server?.send(Buffer.alloc(MAX_MESSAGE_BYTES));
  server?.send(Buffer.alloc(95 * 2 ** 20));
  const end = await ended;
  expect(end.reason).toMatch(TOO_LARGE);
  expect(endClass(end)).toBe("connection-lost");
  expect(session.received).toBe(MAX_MESSAGE_BYTES + 2);
});

test("an SSH tunnel that is sent more than 1 MiB in one message is a lost connection", async () => {
  await using server = await serveSockets((socket) => socket.send(Buffer.alloc(MAX_MESSAGE_BYTES + 1)));
  const outcome = await openSsh(server.options);
  expect(outcome).toMatchObject({ state: "failed", why: "lost", message: expect.stringMatching(TOO_LARGE) });
});
