import { messageOf } from "../../tools/error.ts";

/** The meaning of a refusal from AWS. */
export type AwsFailureClass =
  /** It does not exist, or no longer exists. */
  | "gone"
  /** Something else uses it, or it is being changed. */
  | "in-use"
  /** Credentials are missing, expired or not sufficient, or the resource is protected. */
  | "denied"
  | "throttled"
  /** The network or the service failed. The same call may succeed later. */
  | "transient"
  | "failed";

/** Something else still uses the resource. Found before AWS would refuse the delete. */
export class StillInUseError extends Error {
  override readonly name = "StillInUse";
}

/** Codes by class; the first match wins. Each AWS service has its own codes. */
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

/** Classifies an error of the SDK by its code, then by its message, then by its HTTP status. */
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

/** The code and message of a refusal, as a reason for people. */
export function awsFailureText(error: unknown): string {
  const { name } = error as Refusal;
  const message = messageOf(error);
  return typeof name === "string" && name !== "Error" && !message.startsWith(name)
    ? `${name}: ${message}`
    : message;
}
