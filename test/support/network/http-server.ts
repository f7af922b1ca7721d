import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";

/** A server of this process on a loopback port, gone with its last connection when it is disposed. */
export async function serveHttp(listener: RequestListener) {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Answers with a body of so many bytes, as fast as it is read; how many were sent is counted. */
export function endlessBody(bytes: number, counted: { sent: number }, status = 200): RequestListener {
  return (_request, response) => {
    response.writeHead(status);
    const chunk = Buffer.alloc(64 * 1024, 0x5b);
    const send = (): void => {
      while (counted.sent < bytes && !response.destroyed) {
        counted.sent += chunk.length;
        if (!response.write(chunk)) {
          response.once("drain", send);
          return;
        }
      }
      response.end();
    };
    send();
  };
}

/** Answers with one byte of a body that never ends; resolves `begun` once a client reads it. */
export function trickle(begun: () => void): RequestListener {
  return (_request, response) => {
    response.writeHead(200);
    response.write("[");
    const timer = setInterval(() => response.write(" "), 20);
    response.on("close", () => clearInterval(timer));
    begun();
  };
}
