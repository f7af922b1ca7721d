import type { RawData, WebSocket } from "ws";
import { type ConnectFailure, type ConnectOptions, type ConnectOutcome } from "./connect.ts";
import { onRefusedUpgrade, openWebSocket } from "./connect.ts";
import { ShellSession } from "./shell-session.ts";

/** How long the other side may take to answer our close. */
const CLOSE_GRACE_MS = 2000;

/**
 * Opens a web terminal with an interactive shell. It is open at its first output byte: the socket opens before
 * the shell exists. `reconnect` is the terminal's identity; each held terminal has its own.
 */
export function openTerminal(
  options: ConnectOptions & { readonly reconnect: string },
): Promise<ConnectOutcome> {
  return new Promise((resolve) => {
    const path = `/api/v2/workspaceagents/${options.agentId}/pty?reconnect=${options.reconnect}&width=80&height=24`;
    const socket = openWebSocket(options, path);
    const session = new ShellSession("terminal", transportOf(socket));
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
      fail({ state: "failed", why, message: `${what} within ${options.connectMs} ms` });
      socket.terminate();
    }, options.connectMs);

    onRefusedUpgrade(socket, fail);
    socket.on("open", () => (isUpgraded = true));
    socket.on("message", (data: RawData) => {
      if (!isReady) {
        isReady = true;
        clearTimeout(timer);
        resolve({ state: "open", session, readyAtMs: performance.now() });
      }
      session.push(data as Buffer);
    });
    socket.on("error", (error) => {
      fail({ state: "failed", why: "refused", message: error.message });
    });
    socket.on("close", (code, reason) => {
      fail({
        state: "failed",
        why: "refused",
        message: `the terminal closed with ${code} ${reason.toString()}`.trim(),
      });
    });
  });
}

function transportOf(socket: WebSocket) {
  return {
    write: (text: string) => {
      if (socket.readyState === socket.OPEN) socket.send(Buffer.from(JSON.stringify({ data: text })));
    },
    close: () => {
      socket.close(1000);
      setTimeout(() => socket.terminate(), CLOSE_GRACE_MS).unref();
    },
  };
}
