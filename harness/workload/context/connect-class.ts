import type { CoderFailure } from "../../coder/http/answer.ts";
import type { ConnectFailure } from "../../coder/connect.ts";
import { isExhausted } from "../../coder/http/exhausted.ts";
import type { SessionEnd } from "../../coder/shell-session.ts";
import type { FailureClass } from "../../model/record/worker-result.ts";

/** The class that each way of not getting a connection is counted in. */
export const connectClass = {
  refused: "connect-refused",
  timeout: "connect-timeout",
  silent: "silent-connection",
  lost: "connection-lost",
  tls: "tls",
  exhausted: "generator-exhausted",
  "rate-limited": "rate-limited",
} as const satisfies Record<ConnectFailure["why"], FailureClass>;

/** The class of a connection that ended although nobody asked it to. */
export function endClass({ why, reason }: SessionEnd): FailureClass {
  if (isExhausted(reason)) return "generator-exhausted";
  return why === "half-open" ? "half-open" : "connection-lost";
}

/** The class of a call that failed: its step's, unless the failure has one of its own wherever it happens. */
export function answerClass(stepClass: FailureClass, failure: CoderFailure): FailureClass {
  if (failure.kind === "rate-limited") return "rate-limited";
  if (failure.kind === "tls") return "tls";
  if (failure.kind === "exhausted") return "generator-exhausted";
  return failure.status === 401 ? "token-expired" : stepClass;
}
