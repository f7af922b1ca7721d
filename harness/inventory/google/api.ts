import type { Dispatcher } from "undici";
import type { Clock } from "../../tools/time/clock.ts";
import { messageOf } from "../../tools/error.ts";
import { AnswerTooLargeError, exchange, splitUrl } from "../../tools/exchange.ts";
import { parseJson } from "../../tools/parse-json.ts";
import { type Try, retry } from "../../tools/time/retry.ts";
import type { GoogleAuth } from "./auth.ts";
import type { GoogleApiName, GoogleEndpoints } from "./endpoints.ts";
import { type Refusal, record, refusalOfBody } from "./refusal.ts";

export interface GoogleCall {
  readonly api: GoogleApiName;
  readonly method: "GET" | "POST" | "DELETE";
  /** The path below the API's base, without a leading slash. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export type GoogleAnswer =
  { readonly state: "ok"; readonly body: Readonly<Record<string, unknown>> } | Refusal;

/** Calls one of Google's APIs. A refusal is returned; only an aborted signal throws. */
export type CallGoogle = (call: GoogleCall, signal: AbortSignal) => Promise<GoogleAnswer>;

export interface GoogleApiOptions {
  readonly auth: GoogleAuth;
  readonly endpoints: GoogleEndpoints;
  readonly clock: Clock;
  /** @default undici's own pool */
  readonly dispatcher?: Dispatcher;
}

/** Tries of one call. The caller decides about a longer outage. */
const TRIES = 5;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;
/** For a complete answer. A list of 500 resources takes seconds. */
const ANSWER_TIMEOUT_MS = 60_000;

/** Calls Google's APIs, and retries a limited number of times while they are busy. */
export function googleApi(options: GoogleApiOptions): CallGoogle {
  const { clock } = options;
  const patience = { clock, firstWaitMs: FIRST_WAIT_MS, longestWaitMs: LONGEST_WAIT_MS, tries: TRIES };
  return (call, signal) => retry(() => attempt(options, call, signal), { ...patience, signal });
}

async function attempt(
  options: GoogleApiOptions,
  call: GoogleCall,
  signal: AbortSignal,
): Promise<Try<GoogleAnswer>> {
  signal.throwIfAborted();
  let headers: Readonly<Record<string, string>>;
  try {
    headers = await options.auth.headers();
  } catch (error) {
    return { outcome: { state: "denied", reason: messageOf(error) }, mayPass: false };
  }
  const url = new URL(call.path, options.endpoints[call.api]);
  for (const [name, value] of Object.entries(call.query ?? {})) url.searchParams.set(name, value);
  try {
    const answer = await exchange({
      method: call.method,
      ...splitUrl(url),
      headers: {
        ...headers,
        accept: "application/json",
        ...(call.body === undefined ? {} : { "content-type": "application/json" }),
      },
      body: call.body === undefined ? undefined : JSON.stringify(call.body),
      signal,
      timeoutMs: ANSWER_TIMEOUT_MS,
      dispatcher: options.dispatcher,
    });
    return read(answer.status, answer.headers["retry-after"], answer.bytes.toString(), options.clock);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof AnswerTooLargeError)
      return { outcome: { state: "failed", reason: `${url.host}: ${error.message}` }, mayPass: false };
    return {
      outcome: { state: "failed", reason: `${url.host} did not answer: ${messageOf(error)}` },
      mayPass: true,
    };
  }
}

function read(
  status: number,
  retryAfter: string | string[] | undefined,
  text: string,
  clock: Clock,
): Try<GoogleAnswer> {
  let body: unknown;
  try {
    body = text === "" ? {} : parseJson(text);
  } catch {
    // A proxy may answer with a page instead.
    body = undefined;
  }
  if (status >= 200 && status < 300) {
    return body === undefined
      ? { outcome: { state: "failed", reason: "the answer is not valid JSON" }, mayPass: false }
      : { outcome: { state: "ok", body: record(body) }, mayPass: false };
  }
  const outcome = refusalOfBody(status, body);
  const mayPass = outcome.state === "throttled" || status >= 500;
  return { outcome, mayPass, afterMs: waitOf(retryAfter, clock) };
}

/** `Retry-After` in seconds or as a date. */
function waitOf(header: string | string[] | undefined, clock: Clock): number | undefined {
  const value = Array.isArray(header) ? header[0] : header;
  if (value === undefined) return undefined;
  if (/^\d+$/.test(value)) return Number(value) * 1_000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - clock.now());
}
