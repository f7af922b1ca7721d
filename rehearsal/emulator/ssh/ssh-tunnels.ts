import ssh2 from "ssh2";
import type { Connection } from "ssh2";
import type { Socket } from "node:net";
import type { WebSocket } from "ws";
import type { Gauges } from "../metrics/gauges.ts";
import type { WorkspaceHost } from "../terminal/invocation.ts";
import { newHostKey } from "./host-key.ts";
import { serveSession } from "./ssh-channels.ts";
import { WebSocketStream } from "./websocket-stream.ts";

/**
 * SSH into workspaces, each connection inside a websocket: the emulator's stand-in for `coder ssh`, whose tailnet is
 * not emulated. The user of the websocket is already known, so SSH itself asks for nothing.
 */
export class SshTunnels {
  readonly #gauges: Gauges;
  readonly #shellDelayMs: number;
  readonly #server: InstanceType<typeof ssh2.Server>;
  readonly #sockets = new Map<string, Set<WebSocket>>();
  /** The host of each connection, by the port that its stream claims: ssh2 passes nothing else on. */
  readonly #hosts = new Map<number, WorkspaceHost>();
  #opened = 0;

  /** `shellDelayMs`: how long a shell takes until its prompt. @default 0 */
  constructor(gauges: Gauges, shellDelayMs = 0) {
    this.#gauges = gauges;
    this.#shellDelayMs = shellDelayMs;
    this.#server = new ssh2.Server({
      hostKeys: [{ key: newHostKey() }],
      ident: "refbench-emulator",
      algorithms: {
        kex: ["curve25519-sha256", "curve25519-sha256@libssh.org", "ecdh-sha2-nistp256"],
        cipher: ["aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "aes128-ctr"],
        compress: ["none"],
      },
    });
    this.#server.on("connection", (connection, { port }) => this.#accept(connection, this.#hosts.get(port)));
  }

  serve(socket: WebSocket, host: WorkspaceHost, agentId: string): void {
    const sockets = this.#sockets.get(agentId) ?? new Set<WebSocket>();
    this.#sockets.set(agentId, sockets.add(socket));
    this.#opened += 1;
    const port = this.#opened;
    this.#hosts.set(port, host);
    socket.once("close", () => {
      this.#hosts.delete(port);
      sockets.delete(socket);
      if (sockets.size === 0) this.#sockets.delete(agentId);
    });
    this.#server.injectSocket(new WebSocketStream(socket, port) as unknown as Socket);
  }

  /** The agent's workspace went down. */
  endAgent(agentId: string): void {
    for (const socket of this.#sockets.get(agentId) ?? []) socket.close(1000);
  }

  #accept(connection: Connection, host: WorkspaceHost | undefined): void {
    if (!host) {
      connection.end();
      return;
    }
    connection.on("error", () => connection.end());
    connection.on("authentication", (context) => context.accept());
    connection.on("ready", () => {
      this.#gauges.sshSessions += 1;
      connection.once("close", () => (this.#gauges.sshSessions -= 1));
      connection.on("session", (accept) => serveSession(accept(), host, this.#shellDelayMs));
    });
  }
}
