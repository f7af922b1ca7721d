import type { IncomingHttpHeaders } from "node:http";
import type { EmulatorConfig } from "../config.ts";
import type { WorkspaceHost } from "../terminal/invocation.ts";
import type { TerminalRequest } from "../terminal/sessions.ts";

/** A connection to a workspace that a carrier can serve alone, once it has been allowed. */
export type CarriedSession =
  | { readonly kind: "terminal"; readonly terminal: TerminalRequest }
  | { readonly kind: "ssh"; readonly host: WorkspaceHost; readonly agentId: string };

/** What a carrier is told. An upgrade comes with its socket. */
export type CarrierOrder =
  | {
      readonly type: "start";
      readonly pace: Pick<EmulatorConfig, "buildSpeed" | "shellDelayMs">;
      readonly isPinging: boolean;
    }
  | {
      readonly type: "upgrade";
      readonly pattern: string;
      readonly session: CarriedSession;
      readonly method: string;
      readonly url: string;
      readonly headers: IncomingHttpHeaders;
      /** The bytes after the request, in base64. */
      readonly head: string;
    }
  | { readonly type: "end-agent"; readonly agentId: string };

/** What a carrier holds at the moment, and the bytes that it has carried so far. */
export interface CarriedCounts {
  readonly terminals: number;
  readonly sshSessions: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Open websockets by route pattern. */
  readonly websockets: Readonly<Record<string, number>>;
}
