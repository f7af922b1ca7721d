import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer, text } from "node:stream/consumers";
import { setImmediate as turn } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { tokenAccess } from "../../../harness/kubernetes/access.ts";
import { execInPod, type PodCommand, PodConnectionError } from "../../../harness/kubernetes/exec.ts";

const never = new AbortController().signal;
const COMMAND: PodCommand = { namespace: "ns", pod: "p", container: "c", command: ["cat", "-"] };

interface ExecServer {
  readonly access: ReturnType<typeof tokenAccess>;
  /** `path authorization` of each request. */
  readonly requests: string[];
}

/** An API server of which every exec is served by `serve`, or refused with a status and a body. */
async function execServer(
  serve: ((socket: WebSocket) => void) | { readonly status: number; readonly body: string },
): Promise<ExecServer> {
  const requests: string[] = [];
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => "v5.channel.k8s.io" });
  const server = createServer();
  server.on("upgrade", (request, socket, head) => {
    requests.push(`${request.url} ${request.headers.authorization}`);
    if (typeof serve === "function") sockets.handleUpgrade(request, socket, head, serve);
    else {
      const { status, body } = serve;
      socket.end(`HTTP/1.1 ${status} No\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    sockets.clients.forEach((socket) => socket.terminate());
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { access: tokenAccess({ server: url, token: () => Promise.resolve("a-token") }), requests };
}

const send = (socket: WebSocket, channel: number, data: string | Buffer): void =>
  socket.send(Buffer.concat([Buffer.from([channel]), Buffer.from(data)]));
const exit = (socket: WebSocket, code: number): void => {
  const cause = { reason: "ExitCode", message: String(code) };
  const failure = { status: "Failure", reason: "NonZeroExitCode", details: { causes: [cause] } };
  send(socket, 3, JSON.stringify(code === 0 ? { status: "Success" } : failure));
};

test("a program gets its stdin with its end, and its output and exit code come back", async () => {
  const { access, requests } = await execServer((socket) => {
    const input: Buffer[] = [];
    socket.on("message", (data: Buffer) => {
      if (data[0] === 0) input.push(data.subarray(1));
      else if (data[0] === 255 && data[1] === 0) {
        send(socket, 2, "some words");
        send(socket, 1, Buffer.concat(input));
        exit(socket, 3);
      }
    });
  });
  using pod = await execInPod(access, COMMAND, never);
  pod.stdin.end("a secret");
  expect(await Promise.all([text(pod.stdout), text(pod.stderr), pod.ended])).toEqual([
    "a secret",
    "some words",
    { code: 3 },
  ]);
  const query = "stdout=true&stderr=true&stdin=true&tty=false&command=cat&command=-&container=c";
  expect(requests).toEqual([`/api/v1/namespaces/ns/pods/p/exec?${query} Bearer a-token`]);
});

test("a program that cannot start has a reason in place of an exit code", async () => {
  const { access } = await execServer((socket) =>
    send(
      socket,
      3,
      JSON.stringify({ status: "Failure", reason: "InternalError", message: "no such program" }),
    ),
  );
  using pod = await execInPod(access, COMMAND, never);
  expect(await pod.ended).toEqual({ reason: "no such program" });
});

test("a connection that is lost is never the end of the program", async () => {
  const { access } = await execServer((socket) => {
    send(socket, 1, "half a li");
    setImmediate(() => socket.terminate());
  });
  using pod = await execInPod(access, COMMAND, never);
  const output = text(pod.stdout);
  await expect(pod.ended).rejects.toThrow(PodConnectionError);
  await expect(output).rejects.toThrow(PodConnectionError);
});

test.each([
  [404, JSON.stringify({ kind: "Status", message: 'pods "p" not found' }), 'pods "p" not found (404)'],
  [502, "<html>", "the API server answered 502"],
])("a refusal with %i is reported with the server's reason", async (status, body, message) => {
  const { access } = await execServer({ status, body });
  const refused = execInPod(access, COMMAND, never);
  await expect(refused).rejects.toMatchObject({ status, message });
  await expect(refused).rejects.toThrow(PodConnectionError);
});

test("an abort closes the connection", async () => {
  const stop = new AbortController();
  let isClosed: Promise<unknown> = Promise.resolve();
  const { access } = await execServer((socket) => {
    isClosed = new Promise((resolve) => socket.once("close", resolve));
  });
  using pod = await execInPod(access, COMMAND, stop.signal);
  stop.abort();
  await expect(pod.ended).rejects.toThrow("stopped");
  await isClosed;
  await expect(execInPod(access, COMMAND, stop.signal)).rejects.toThrow("aborted");
});

test("output that nobody reads waits at the server, and none of it is lost", async () => {
  const size = 24 * 2 ** 20;
  let held = 0;
  const { access } = await execServer((socket) => {
    for (let sent = 0; sent < size; sent += 2 ** 15) send(socket, 1, Buffer.alloc(2 ** 15, 7));
    exit(socket, 0);
    held = socket.bufferedAmount;
  });
  using pod = await execInPod(access, COMMAND, never);
  while (pod.stdout.readableLength === 0) await turn();
  for (let index = 0; index < 1_000; index += 1) await turn();
  expect(pod.stdout.readableLength).toBeLessThan(2 ** 20);
  expect(held).toBeGreaterThan(0);
  expect((await buffer(pod.stdout)).length).toBe(size);
  expect(await pod.ended).toEqual({ code: 0 });
});
