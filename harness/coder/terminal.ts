import type { RawData, WebSocket } from "ws";
import { type ConnectFailure, type ConnectOptions, type ConnectOutcome, onNoUpgrade } from "./connect.ts";
import { ShellSession, type ShellTransport } from "./shell-session.ts";

/** How long the other side may take to answer our close. */
const CLOSE_GRACE_MS = 2000;

/** Of a websocket that ended without a close frame. */
const ABNORMAL = 1006;

/** Coder's own clients put no more typed text into one message; its server closes above 32 kB a frame. */
const MAX_TYPED = 1_024;

/**
 * Opens a web terminal with an interactive shell. It is open at its first output byte: the socket opens before
 * the shell exists. `reconnect` is the terminal's identity; each held terminal has its own.
 */
export function openTerminal(
  options: ConnectOptions & { readonly reconnect: string },
): Promise<ConnectOutcome> {
  return new Promise((resolve) => {
    const { transport, token, agentId, connectMs } = options;
    const query = `reconnect=${options.reconnect}&width=80&height=24`;
    const socket = transport.webSocket(`/api/v2/workspaceagents/${agentId}/pty?${query}`, token);
    const session = new ShellSession("terminal", overWebSocket(socket));
    let isReady = false;
    let isUpgraded = false;

    const fail = (failure: ConnectFailure): void => {
      clearTimeout(timer);
      resolve(failure);
      session.end(failure.message);
    };
    const timer = setTimeout(() => {
      const why = isUpgraded ? "silent" : "timeout";
      const what = isUpgraded ? "the terminal opened and printed nothing" : "the terminal did not open";
      fail({ state: "failed", why, message: `${what} within ${connectMs} ms` });
      socket.terminate();
    }, connectMs);

    onNoUpgrade(transport, socket, fail);
    socket.on("open", () => (isUpgraded = true));
    socket.on("ping", () => session.heard());
    socket.on("pong", () => session.heard());
    socket.on("message", (data: RawData) => {
      if (!isReady) {
        isReady = true;
        clearTimeout(timer);
        resolve({ state: "open", session, readyAtMs: performance.now() });
      }
      session.push(data as Buffer);
    });
    socket.on("close", (code, reason) => {
      const message = `the terminal closed with ${code} ${reason.toString()}`.trim();
      fail({ state: "failed", why: code === ABNORMAL ? "lost" : "refused", message });
    });
  });
}

function overWebSocket(socket: WebSocket): ShellTransport {
  return {
    write: (text) => {
      for (let from = 0; from < text.length; from += MAX_TYPED) {
        if (socket.readyState !== socket.OPEN) return;
        socket.send(Buffer.from(JSON.stringify({ data: text.slice(from, from + MAX_TYPED) })));
      }
    },
    close: () => {
      socket.close(1000);
      setTimeout(() => socket.terminate(), CLOSE_GRACE_MS).unref();
    },
    destroy: () => socket.terminate(),
    ping: () => {
      if (socket.readyState === socket.OPEN) socket.ping();
    },
  };
}
