import type { CoderFailure } from "../coder/answer.ts";
import type { ConnectFailure } from "../coder/connect.ts";
import type { FailureClass } from "../model/shard-result.ts";

/** The class that each way of not getting a connection is counted in. */
export const connectClass = {
  refused: "connect-refused",
  timeout: "connect-timeout",
  silent: "silent-connection",
  lost: "connection-lost",
  tls: "tls",
  "rate-limited": "rate-limited",
} as const satisfies Record<ConnectFailure["why"], FailureClass>;

/** The class of a call that failed: its step's, unless the failure has one of its own wherever it happens. */
export function answerClass(stepClass: FailureClass, failure: CoderFailure): FailureClass {
  if (failure.kind === "rate-limited") return "rate-limited";
  if (failure.kind === "tls") return "tls";
  return failure.status === 401 ? "token-expired" : stepClass;
}
