/** The meaning of a refusal. */
export type RefusalClass = "gone" | "in-use" | "denied" | "api-off" | "throttled" | "failed";

export interface Refusal {
  readonly state: RefusalClass;
  readonly reason: string;
}

const THROTTLED = new Set([
  "rateLimitExceeded",
  "userRateLimitExceeded",
  "concurrentLimitExceeded",
  "quotaExceeded",
  "RATE_LIMIT_EXCEEDED",
  "RESOURCE_EXHAUSTED",
  "QUOTA_EXCEEDED",
]);
const IN_USE = new Set([
  "resourceInUseByAnotherResource",
  "resourceInUse",
  "resourceNotReady",
  "failedPrecondition",
  "containerNotEmpty",
  "operationInProgress",
  "RESOURCE_IN_USE_BY_ANOTHER_RESOURCE",
  "RESOURCE_NOT_READY",
  "FAILED_PRECONDITION",
  "ABORTED",
]);
const GONE = new Set(["notFound", "RESOURCE_NOT_FOUND", "NOT_FOUND"]);
const OFF = new Set(["SERVICE_DISABLED", "accessNotConfigured"]);

/** Classifies a refusal by Google's own codes first, then by the HTTP status. */
export function refusal(status: number, codes: readonly string[], message: string): Refusal {
  const has = (set: ReadonlySet<string>): boolean => codes.some((code) => set.has(code));
  return { state: classOf(), reason: `${message} (${[String(status), ...new Set(codes)].join(" ")})` };

  function classOf(): RefusalClass {
    if (has(OFF)) return "api-off";
    // Before "denied", because Google uses 403 for both.
    if (status === 429 || status === 503 || has(THROTTLED)) return "throttled";
    if (status === 404 || status === 410 || has(GONE)) return "gone";
    if (status === 401 || status === 403) return "denied";
    // Waiting does not help, and somebody wants the protection.
    if (/deletion.?protection/i.test(message)) return "denied";
    if (status === 409 || has(IN_USE)) return "in-use";
    return "failed";
  }
}

/** Reads the refusal in an answer's body, in the format of Google's APIs. */
export function refusalOfBody(status: number, body: unknown): Refusal {
  const error = record(record(body)["error"]);
  const codes = [...list(error["errors"]), ...list(error["details"])]
    .map((one) => record(one)["reason"])
    .concat(error["status"])
    .filter((code): code is string => typeof code === "string");
  const message = typeof error["message"] === "string" ? error["message"] : "no reason given";
  return refusal(status, codes, message);
}

/** Returns an object's fields; none for any other value. */
export function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}

/** Returns a list's members; none for any other value. */
export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}
