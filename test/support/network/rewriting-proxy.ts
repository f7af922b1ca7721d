import { createServer, request, type IncomingMessage } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

/** Returns the new JSON answer; undefined leaves the answer unchanged. */
export type Rewrite = (path: string, answer: unknown) => unknown;

/** A proxy before an emulated Coder that changes what its API answers; websockets pass as they are. */
export async function startRewritingProxy(target: string, rewrite: Rewrite) {
  const to = new URL(target);
  const server = createServer((incoming, reply) => {
    const { method, url = "/", headers } = incoming;
    const onward = request(
      { host: to.hostname, port: to.port, method, path: url, headers: { ...headers, host: to.host } },
      (answer) => {
        void rewritten(answer, url, rewrite).then((body) => {
          const kept = Object.entries(answer.headers).filter(([name]) => name !== "transfer-encoding");
          const headers = Object.fromEntries(kept);
          reply.writeHead(answer.statusCode ?? 502, { ...headers, "content-length": `${body.length}` });
          reply.end(body);
        });
      },
    );
    onward.on("error", () => reply.destroy());
    incoming.pipe(onward);
  });
  server.on("upgrade", (incoming, socket, head) => {
    const onward = connect(Number(to.port), to.hostname, () => {
      const lines = Object.entries({ ...incoming.headers, host: to.host }).map(
        ([name, value]) => `${name}: ${String(value)}`,
      );
      onward.write(`${incoming.method} ${incoming.url} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`);
      onward.write(head);
      onward.pipe(socket).pipe(onward);
    });
    for (const [one, other] of [
      [onward, socket],
      [socket, onward],
    ] as const)
      one.on("error", () => other.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function rewritten(answer: IncomingMessage, path: string, rewrite: Rewrite): Promise<Buffer> {
  const body = await buffer(answer);
  if (answer.statusCode !== 200 || answer.headers["content-type"]?.includes("json") !== true) return body;
  const changed = rewrite(path, JSON.parse(body.toString()));
  return changed === undefined ? body : Buffer.from(JSON.stringify(changed));
}
