/**
 * Why a call to Coder gave no usable answer. A value instead of an exception, because one failed call is a
 * measurement.
 */
export interface CoderFailure {
  readonly kind:
    /** Coder answered with a status outside 2xx. */
    | "status"
    /** Repeated 429, although its Retry-After was respected. */
    | "rate-limited"
    /** No connection: refused, reset, name not found. */
    | "unreachable"
    /** No trusted or no usable TLS; the message says what to do. */
    | "tls"
    | "timeout"
    /** This machine could not make the connection: the message says what it ran out of. */
    | "exhausted"
    /** The answer is not what Coder's API promises. */
    | "malformed"
    | "aborted";
  readonly status?: number;
  /** `POST /users: 409 User already exists.` */
  readonly message: string;
}

/** The result of a call to Coder. */
export type Answer<T> =
  | { readonly ok: true; readonly status: number; readonly value: T }
  | { readonly ok: false; readonly failure: CoderFailure };

/** Whether the call failed with one of these HTTP statuses. */
export function failedWith(answer: Answer<unknown>, ...statuses: readonly number[]): boolean {
  return !answer.ok && answer.failure.status !== undefined && statuses.includes(answer.failure.status);
}
