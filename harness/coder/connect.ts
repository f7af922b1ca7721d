import type { IncomingMessage } from "node:http";
import type { WebSocket } from "ws";
import { messageOf } from "../tools/error.ts";
import { exhaustedBy } from "./http/exhausted.ts";
import { retryAfterMs } from "./http/http.ts";
import type { ShellSession } from "./shell-session.ts";
import { messageTooLarge, type Transport } from "./http/transport.ts";

export interface ConnectOptions {
  readonly transport: Transport;
  readonly token: string;
  readonly agentId: string;
  /** W3C trace context of the request, so that the server's spans join a trace. */
  readonly traceparent?: string | undefined;
  /** Until the first byte of a terminal, or the open channel of SSH; milliseconds. */
  readonly connectMs: number;
}

/** Why a connection was not opened. */
export type ConnectFailure = {
  readonly state: "failed";
  readonly message: string;
} & (
  | {
      readonly why:
        /** The other side refused: no listener, or a status that is not an upgrade. */
        | "refused"
        | "timeout"
        /** Open, but nothing came. */
        | "silent"
        /** Lost while it was being opened. */
        | "lost"
        | "tls"
        /** This machine lacks the resources for it. */
        | "exhausted";
      /** The answer instead of an upgrade. */
      readonly status?: number;
    }
  | { readonly why: "rate-limited"; readonly retryAfterMs: number }
);

/** The result of opening a connection. */
export type ConnectOutcome =
  | {
      readonly state: "open";
      readonly session: ShellSession;
      readonly readyAtMs: number;
      /** The local process that carries it, if any. */
      readonly pid?: number;
    }
  | ConnectFailure;

/** Reports why there was no upgrade: the answer instead of it, or the error. */
export function onNoUpgrade(
  transport: Transport,
  socket: WebSocket,
  report: (failure: ConnectFailure) => void,
): void {
  socket.on("unexpected-response", (_request, response: IncomingMessage) => {
    let text = "";
    response.on("data", (chunk: Buffer) => (text = (text + chunk.toString("utf8")).slice(0, 300)));
    response.on("close", () => {
      const status = response.statusCode ?? 0;
      const message = `${status} ${text}`.trim();
      if (status === 429) transport.throttled++;
      report(
        status === 429
          ? {
              state: "failed",
              why: "rate-limited",
              message,
              retryAfterMs: retryAfterMs(response.headers["retry-after"]),
            }
          : { state: "failed", why: "refused", message, status },
      );
      socket.terminate();
    });
  });
  socket.on("error", (error) => {
    const tls = transport.tlsProblem(error);
    const exhausted = exhaustedBy(error);
    if (tls !== undefined) report({ state: "failed", why: "tls", message: tls });
    else if (exhausted !== undefined) report({ state: "failed", why: "exhausted", message: exhausted });
    else report({ state: "failed", why: whyOf(error), message: messageTooLarge(error) ?? messageOf(error) });
  });
}

/** Nobody listens, or somebody did and went away. */
function whyOf(error: Error): "refused" | "lost" {
  const code = "code" in error ? String(error.code) : "";
  const isLost = ["ECONNRESET", "EPIPE", "ECONNABORTED"].includes(code) || code.startsWith("WS_ERR_");
  return isLost ? "lost" : "refused";
}
