import type { RawData, WebSocket } from "ws";
import { messageOf } from "../tools/error.ts";
import { closeSocket } from "./close-socket.ts";
import { exhaustedBy } from "./http/exhausted.ts";
import { type ConnectFailure, type ConnectOptions, type ConnectOutcome, onNoUpgrade } from "./connect.ts";
import { ShellSession, type ShellTransport } from "./shell-session.ts";
import { messageTooLarge, type Transport } from "./http/transport.ts";

/** The code of a websocket that ended without a close frame. */
const ABNORMAL = 1006;

/** Coder's own clients put no more typed text into one message; its server closes above 32 kB a frame. */
const MAX_TYPED = 1_024;

/** Coder's name of the parameter that a workspace proxy takes instead of a session. */
const SIGNED_TOKEN = "coder_signed_app_token_23db1dde";

/** The path of an agent's terminal. */
export function terminalPath(agentId: string): string {
  return `/api/v2/workspaceagents/${agentId}/pty`;
}

/**
 * Opens a web terminal with an interactive shell. It is open at its first output byte: the socket opens before
 * the shell exists. `reconnect` is the terminal's identity; each held terminal has its own.
 */
export function openTerminal(
  options: ConnectOptions & {
    readonly reconnect: string;
    /** Coder's token for this terminal at a workspace proxy, in place of the user's session. */
    readonly signedToken?: string;
  },
): Promise<ConnectOutcome> {
  return new Promise((resolve) => {
    const { transport, token, agentId, connectMs, traceparent, signedToken } = options;
    const signed = signedToken === undefined ? "" : `&${SIGNED_TOKEN}=${encodeURIComponent(signedToken)}`;
    const query = `reconnect=${options.reconnect}&width=80&height=24${signed}`;
    const session = signedToken === undefined ? token : undefined;
    const socket = transport.webSocket(`${terminalPath(agentId)}?${query}`, session, { traceparent });
    let isUpgraded = false;

    const fail = (failure: ConnectFailure): void => {
      clearTimeout(timer);
      resolve(failure);
    };
    const timer = setTimeout(() => {
      const why = isUpgraded ? "silent" : "timeout";
      const what = isUpgraded ? "the terminal opened and printed nothing" : "the terminal did not open";
      fail({ state: "failed", why, message: `${what} within ${connectMs} ms` });
      socket.terminate();
    }, connectMs);

    onNoUpgrade(transport, socket, fail);
    socket.on("open", () => (isUpgraded = true));
    socket.on("message", (data: RawData) => {
      clearTimeout(timer);
      socket.removeAllListeners();
      const readyAtMs = performance.now();
      resolve({ state: "open", session: sessionOver(socket, transport, data as Buffer), readyAtMs });
    });
    socket.on("close", (code, reason) => {
      const why = code === ABNORMAL ? "lost" : "refused";
      fail({ state: "failed", why, message: closedWith(code, reason) });
    });
  });
}

/** The session of a terminal with its first output; apart from the opening, of which thousands that are held shall keep nothing. */
function sessionOver(socket: WebSocket, transport: Transport, first: Buffer): ShellSession {
  const session = new ShellSession("terminal", new WebSocketTransport(socket));
  const heard = (): void => session.heard();
  socket.on("ping", heard);
  socket.on("pong", heard);
  socket.on("message", (data: RawData) => session.push(data as Buffer));
  socket.on("error", (error) =>
    session.end(
      transport.tlsProblem(error) ?? exhaustedBy(error) ?? messageTooLarge(error) ?? messageOf(error),
    ),
  );
  socket.on("close", (code, reason) => session.end(closedWith(code, reason)));
  session.push(first);
  return session;
}

function closedWith(code: number, reason: Buffer): string {
  return `the terminal closed with ${code} ${reason.toString()}`.trim();
}

class WebSocketTransport implements ShellTransport {
  readonly #socket: WebSocket;

  constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  write(text: string): void {
    const socket = this.#socket;
    for (let from = 0; from < text.length; from += MAX_TYPED) {
      if (socket.readyState !== socket.OPEN) return;
      socket.send(Buffer.from(JSON.stringify({ data: text.slice(from, from + MAX_TYPED) })));
    }
  }

  close(onClosed: () => void): void {
    const socket = this.#socket;
    socket.once("close", onClosed);
    closeSocket(socket);
  }

  destroy(): void {
    this.#socket.terminate();
  }

  ping(): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.ping();
  }
}
