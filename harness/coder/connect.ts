import type { IncomingMessage } from "node:http";
import { WebSocket } from "ws";
import type { ShellSession } from "./shell-session.ts";

export interface ConnectOptions {
  /** Base URL of Coder without a trailing slash. */
  readonly url: string;
  readonly token: string;
  readonly agentId: string;
  /** Until the first byte of a terminal, the open channel of SSH. */
  readonly connectMs: number;
}

/** What opening a connection ends in. */
export type ConnectOutcome =
  | { readonly state: "open"; readonly session: ShellSession; readonly readyAtMs: number }
  | {
      readonly state: "failed";
      readonly why: "refused" | "timeout" | "silent" | "rate-limited";
      readonly message: string;
    };

export type ConnectFailure = Extract<ConnectOutcome, { state: "failed" }>;

/** A websocket to Coder as a load generator wants it: no compression, no check of every byte, no timer of its own. */
export function openWebSocket(options: ConnectOptions, path: string): WebSocket {
  return new WebSocket(`${options.url.replace(/^http/, "ws")}${path}`, {
    perMessageDeflate: false,
    skipUTF8Validation: true,
    headers: { "coder-session-token": options.token },
  });
}

/** Tells why Coder did not upgrade: its status and what it says. */
export function onRefusedUpgrade(socket: WebSocket, report: (failure: ConnectFailure) => void): void {
  socket.on("unexpected-response", (_request, response: IncomingMessage) => {
    let text = "";
    response.on("data", (chunk: Buffer) => (text = (text + chunk.toString("utf8")).slice(0, 300)));
    response.on("close", () => {
      report({
        state: "failed",
        why: response.statusCode === 429 ? "rate-limited" : "refused",
        message: `${response.statusCode ?? 0} ${text}`.trim(),
      });
      socket.terminate();
    });
  });
}
