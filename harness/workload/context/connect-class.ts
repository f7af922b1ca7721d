import type { CoderFailure } from "../../coder/http/answer.ts";
import type { ConnectFailure } from "../../coder/connect.ts";
import { isExhausted } from "../../coder/http/exhausted.ts";
import type { SessionEnd } from "../../coder/shell-session.ts";
import type { FailureClass } from "../../model/record/worker-result.ts";

/** The failure class of each failed connection. */
export const connectClass = {
  refused: "connect-refused",
  timeout: "connect-timeout",
  silent: "silent-connection",
  lost: "connection-lost",
  tls: "tls",
  exhausted: "generator-exhausted",
  "rate-limited": "rate-limited",
} as const satisfies Record<ConnectFailure["why"], FailureClass>;

/** The failure class of a connection that ended unexpectedly. */
export function endClass({ why, reason }: SessionEnd): FailureClass {
  if (isExhausted(reason)) return "generator-exhausted";
  return why === "half-open" ? "half-open" : "connection-lost";
}

/** The failure class of a failed call: that of its step, unless the failure has its own class everywhere. */
export function answerClass(stepClass: FailureClass, failure: CoderFailure): FailureClass {
  if (failure.kind === "rate-limited") return "rate-limited";
  if (failure.kind === "tls") return "tls";
  if (failure.kind === "exhausted") return "generator-exhausted";
  return failure.status === 401 ? "token-expired" : stepClass;
}
