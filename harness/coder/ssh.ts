import { Client, type ClientChannel } from "ssh2";
import { createWebSocketStream } from "ws";
import { type ConnectFailure, type ConnectOptions, type ConnectOutcome, onNoUpgrade } from "./connect.ts";
import { ShellSession } from "./shell-session.ts";

/** The cheapest cipher to measure with; the others only for servers without it. */
const CIPHERS = ["aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "aes128-ctr"] as const;

/** How long the other side may take to answer our disconnect. */
const CLOSE_GRACE_MS = 2000;

/**
 * Opens SSH through the emulator's websocket tunnel, whose binary frames are the raw SSH stream, with an
 * interactive shell on a pty. `readyAtMs` is when the handshake, authentication included, was done. There is no host key to know: the tunnel is Coder's own connection.
 */
export function openSsh(options: ConnectOptions): Promise<ConnectOutcome> {
  return new Promise((resolve) => {
    const path = `/api/v2/workspaceagents/${options.agentId}/refbench-ssh`;
    const socket = options.transport.webSocket(path, options.token);
    const client = new Client();
    let channel: ClientChannel | undefined;
    let readyAtMs: number | undefined;

    const session = new ShellSession("ssh", {
      write: (text) => void channel?.write(text),
      close: () => {
        client.end();
        setTimeout(() => socket.terminate(), CLOSE_GRACE_MS).unref();
      },
      destroy: () => socket.terminate(),
      ping: () => {
        if (socket.readyState === socket.OPEN) socket.ping();
      },
    });
    const fail = (failure: ConnectFailure): void => {
      clearTimeout(timer);
      resolve(failure);
      session.end(failure.message);
      socket.terminate();
    };
    const lost = (message: string): void => fail({ state: "failed", why: "lost", message });
    const timer = setTimeout(() => {
      const what =
        readyAtMs === undefined ? "the SSH handshake was not done" : "no shell was opened over SSH";
      fail({ state: "failed", why: "timeout", message: `${what} within ${options.connectMs} ms` });
    }, options.connectMs);

    onNoUpgrade(options.transport, socket, fail);
    socket.on("ping", () => session.heard());
    socket.on("pong", () => session.heard());
    socket.on("close", (code) => lost(`the SSH tunnel closed with ${code}`));
    client.on("error", (error) => lost(error.message));
    client.on("close", () => lost("the SSH connection closed"));
    client.on("ready", () => {
      readyAtMs = performance.now();
      client.shell({ term: "xterm", cols: 80, rows: 24 }, (error, opened) => {
        if (error !== undefined) {
          fail({ state: "failed", why: "refused", message: error.message });
          return;
        }
        channel = opened;
        opened.on("data", (bytes: Buffer) => session.push(bytes));
        opened.on("close", () => lost("the shell over SSH ended"));
        clearTimeout(timer);
        resolve({ state: "open", session, readyAtMs: readyAtMs ?? performance.now() });
      });
    });
    socket.on("open", () => {
      client.connect({
        sock: createWebSocketStream(socket),
        username: "coder",
        authHandler: ["none"],
        hostVerifier: () => true,
        algorithms: { cipher: [...CIPHERS] },
        // The one timer above covers the whole opening.
        readyTimeout: 0,
        keepaliveInterval: 0,
      });
    });
  });
}
