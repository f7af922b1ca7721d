import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { exhaustedBy } from "../http/exhausted.ts";

/** A port of this machine behind which is a deployment. */
export interface Loopback {
  readonly url: string;
  /** The resource that this machine ran out of when it could no longer reach the deployment. */
  exhausted(): string | undefined;
  close(): void;
}

/** Opens a port of this machine that leads to a deployment, for programs that take a server's name from its URL alone. */
export async function openLoopback(target: string): Promise<Loopback> {
  const { protocol, hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let exhausted: string | undefined;
  const server = createServer((socket) => {
    const upstream = connect(Number(port || (protocol === "https:" ? 443 : 80)), hostname);
    upstream.on("error", (error) => (exhausted ??= exhaustedBy(error)));
    for (const [one, other] of [
      [socket, upstream],
      [upstream, socket],
    ] as const) {
      sockets.add(one);
      one.setNoDelay(true);
      one.pipe(other);
      one.on("error", () => other.destroy());
      one.on("close", () => {
        sockets.delete(one);
        other.destroy();
      });
    }
  });
  // A crowd that comes at once, as on Coder's own side.
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host: "127.0.0.1", port: 0, backlog: 4_096 }, resolve);
  });
  return {
    url: `${protocol}//localhost:${(server.address() as AddressInfo).port}`,
    exhausted: () => exhausted,
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
