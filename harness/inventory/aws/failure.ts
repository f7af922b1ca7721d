import { messageOf } from "../../tools/error.ts";

/** What a refusal of AWS means for who asked. */
export type AwsFailureClass =
  /** It does not exist, or no longer. */
  | "gone"
  /** Something else uses it, or it is in the middle of a change. */
  | "in-use"
  /** Credentials are missing, at their end, or not allowed to; or somebody protected it. */
  | "denied"
  | "throttled"
  /** The network or the service failed: the same call may succeed. */
  | "transient"
  | "failed";

/** Something else still uses what was to be removed, seen by us before AWS would say so. */
export class StillInUseError extends Error {
  override readonly name = "StillInUse";
}

/** Codes by class, the first that matches wins. AWS has no common vocabulary: each service words its own. */
const CODES: readonly (readonly [AwsFailureClass, RegExp])[] = [
  [
    "throttled",
    /Throttl|RequestLimitExceeded|TooManyRequests|SlowDown|PriorRequestNotComplete|BandwidthLimitExceeded|^LimitExceededException$/,
  ],
  [
    "denied",
    /AccessDenied|UnauthorizedOperation|NotAuthorized|AuthFailure|ExpiredToken|RequestExpired|InvalidClientTokenId|InvalidAccessKeyId|UnrecognizedClient|SignatureDoesNotMatch|IncompleteSignature|MissingAuthenticationToken|OptInRequired|CredentialsProviderError|TokenProviderError|OperationNotPermitted/,
  ],
  [
    "in-use",
    /DependencyViolation|InUse|DeleteConflict|IncorrectState|IncorrectInstanceState|Invalid\w*State(Fault)?$|ScalingActivityInProgress|ConcurrentModification|OperationAborted|UnmodifiableEntity|KMSInvalidState|StillInUse/,
  ],
  ["gone", /NotFound|NoSuchEntity|DoesNotExist|^Gateway\.NotAttached$/],
  [
    "transient",
    /^(TimeoutError|NetworkingError|ECONNRESET|ECONNREFUSED|ETIMEDOUT|EPIPE|EAI_AGAIN|InternalError|InternalFailure|InternalServerError|ServiceUnavailable|ServiceUnavailableException|ServerException|Unavailable)$/,
  ],
];

interface Refusal {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: unknown };
  readonly $response?: { readonly statusCode?: unknown };
}

/** Sorts an error of the SDK by its code, then by its words, then by its HTTP status. */
export function classOf(error: unknown): AwsFailureClass {
  const { name, code, $metadata, $response } = error as Refusal;
  for (const word of [name, code]) {
    if (typeof word !== "string") continue;
    const match = CODES.find(([, pattern]) => pattern.test(word));
    if (match !== undefined) return match[0];
  }
  const message = messageOf(error);
  if (/\b(currently|already) in use\b|has dependent|is in use by/i.test(message)) return "in-use";
  if (/(deletion|termination) protection|protected DB/i.test(message)) return "denied";
  const status = $metadata?.httpStatusCode ?? $response?.statusCode;
  if (status === 429) return "throttled";
  if (typeof status === "number" && status >= 500) return status === 501 ? "failed" : "transient";
  if (status === 401 || status === 403) return "denied";
  return "failed";
}

/** Code and words of a refusal, for a reason that a person reads. */
export function awsFailureText(error: unknown): string {
  const { name } = error as Refusal;
  const message = messageOf(error);
  return typeof name === "string" && name !== "Error" && !message.startsWith(name)
    ? `${name}: ${message}`
    : message;
}
