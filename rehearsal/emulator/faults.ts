import type { Reply } from "./http/reply.ts";
import type { ApiRequest } from "./http/request.ts";
import type { EmulatedAgent, EmulatedBuild } from "./state/types.ts";
import type { ShellFault } from "./terminal/shell-faults.ts";

export type FaultyRequest = Pick<ApiRequest, "method" | "path" | "query" | "headers" | "body">;

/** A fault of one kind of request. */
export interface AnswerFault {
  /** Matches `METHOD /path`, where the path begins after `/api/v2`. */
  readonly call: RegExp;
  /** Returns the answer, or undefined to end the connection without one. `ask` returns the answer of the API. */
  play(request: FaultyRequest, ask: () => Promise<Reply | undefined>): Promise<Reply | undefined>;
}

/** A fault of one kind of websocket. */
export interface SocketFault {
  /** Matches `GET /path`, where the path begins after `/api/v2`. */
  readonly call: RegExp;
  /** Returns a refusal, "hang" to never answer, or undefined for the next fault to decide. */
  play(request: FaultyRequest, workspace: string): Promise<Reply | "hang" | undefined>;
}

/** The end of a build that replaces its regular end. */
export type BuildFault =
  | { readonly ends: "failed"; readonly error: string; readonly code?: string }
  /** The workspace stays as it was. */
  | { readonly ends: "canceled" }
  /** It runs until somebody cancels it. */
  | { readonly ends: "never" };

/** Faults of an emulated Coder, as a test plans them. A missing field means no fault of that kind. */
export interface EmulatorFaults {
  /** All that match are played, the first one outermost. */
  readonly answers?: readonly AnswerFault[];
  /** Matching faults are played one after the other until one decides. */
  readonly sockets?: readonly SocketFault[];
  /** Returns the fault of a build. */
  readonly build?: (build: EmulatedBuild) => BuildFault | undefined;
  /** Returns whether an agent stays unconnected. */
  readonly isLost?: (agent: EmulatedAgent) => boolean;
  /** Websockets are not pinged, as behind a proxy that swallows pings. */
  readonly hasNoPings?: true;
  /** Returns what a template's form answers in place of this; undefined to answer nothing. */
  readonly form?: (answer: Readonly<Record<string, unknown>>) => unknown;
  /** Returns what a user is sent in place of this notification, one message each. */
  readonly inbox?: (notification: Readonly<Record<string, unknown>>, username: string) => readonly unknown[];
  /** Returns the fault of the shells in a workspace, by its name. */
  readonly shell?: (workspace: string) => ShellFault | undefined;
}

/** Plays the faults of a request around the API's answer. */
export function playAnswerFaults(
  faults: readonly AnswerFault[],
  request: FaultyRequest,
  ask: () => Promise<Reply>,
): Promise<Reply | undefined> {
  const call = callOf(request);
  const played = faults.filter((fault) => fault.call.test(call));
  return played.reduceRight<() => Promise<Reply | undefined>>(
    (next, fault) => () => fault.play(request, next),
    ask,
  )();
}

/** Plays the faults of a request for a websocket; returns undefined where it is to be opened. */
export async function playSocketFault(
  faults: readonly SocketFault[],
  request: FaultyRequest,
  workspace: string,
): Promise<Reply | "hang" | undefined> {
  const call = callOf(request);
  for (const fault of faults) {
    const decided = fault.call.test(call) ? await fault.play(request, workspace) : undefined;
    if (decided !== undefined) return decided;
  }
  return undefined;
}

function callOf({ method, path }: FaultyRequest): string {
  return `${method} ${path.replace(/^\/api\/v2/, "")}`;
}
