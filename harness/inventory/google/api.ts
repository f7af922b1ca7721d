import { type Dispatcher, request } from "undici";
import type { Clock } from "../../model/clock.ts";
import { messageOf } from "../../model/error.ts";
import type { GoogleAuth } from "./auth.ts";
import type { GoogleApiName, GoogleEndpoints } from "./endpoints.ts";
import { type Refusal, record, refusalOfBody } from "./refusal.ts";

export interface GoogleCall {
  readonly api: GoogleApiName;
  readonly method: "GET" | "POST" | "DELETE";
  /** Below the API's base, without a leading slash. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export type GoogleAnswer =
  { readonly state: "ok"; readonly body: Readonly<Record<string, unknown>> } | Refusal;

/** One call of one of Google's APIs; a refusal is an answer, only an aborted signal throws. */
export type CallGoogle = (call: GoogleCall, signal: AbortSignal) => Promise<GoogleAnswer>;

export interface GoogleApiOptions {
  readonly auth: GoogleAuth;
  readonly endpoints: GoogleEndpoints;
  readonly clock: Clock;
  /** @default undici's own pool */
  readonly dispatcher?: Dispatcher;
}

/** Tries of one call; a longer outage is the caller's question. */
const TRIES = 5;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;
/** A list of 500 things takes seconds; a minute without an answer is none. */
const ANSWER_TIMEOUT_MS = 60_000;

interface Attempt {
  readonly answer: GoogleAnswer;
  readonly retryAfterMs?: number;
  readonly again: boolean;
}

/** Calls Google's APIs; waits and asks again when they are busy, a bounded number of times. */
export function googleApi(options: GoogleApiOptions): CallGoogle {
  const { clock } = options;
  return async (call, signal) => {
    for (let tried = 1; ; tried += 1) {
      signal.throwIfAborted();
      const { answer, again, retryAfterMs } = await attempt(options, call, signal);
      if (!again || tried === TRIES) return answer;
      const wait = retryAfterMs ?? FIRST_WAIT_MS * 2 ** (tried - 1);
      await clock.sleep(Math.min(wait, LONGEST_WAIT_MS), signal);
    }
  };
}

async function attempt(options: GoogleApiOptions, call: GoogleCall, signal: AbortSignal): Promise<Attempt> {
  let headers: Readonly<Record<string, string>>;
  try {
    headers = await options.auth.headers();
  } catch (error) {
    return { answer: { state: "denied", reason: messageOf(error) }, again: false };
  }
  const url = new URL(call.path, options.endpoints[call.api]);
  for (const [name, value] of Object.entries(call.query ?? {})) url.searchParams.set(name, value);
  try {
    const response = await request(url, {
      method: call.method,
      headers: {
        ...headers,
        accept: "application/json",
        ...(call.body === undefined ? {} : { "content-type": "application/json" }),
      },
      body: call.body === undefined ? null : JSON.stringify(call.body),
      signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]),
      ...(options.dispatcher === undefined ? {} : { dispatcher: options.dispatcher }),
    });
    return read(
      response.statusCode,
      response.headers["retry-after"],
      await response.body.text(),
      options.clock,
    );
  } catch (error) {
    signal.throwIfAborted();
    return {
      answer: { state: "failed", reason: `${url.host} did not answer: ${messageOf(error)}` },
      again: true,
    };
  }
}

function read(
  status: number,
  retryAfter: string | string[] | undefined,
  text: string,
  clock: Clock,
): Attempt {
  let body: unknown;
  try {
    body = text === "" ? {} : JSON.parse(text);
  } catch {
    // A proxy's page in place of an answer.
    body = undefined;
  }
  if (status >= 200 && status < 300) {
    return body === undefined
      ? { answer: { state: "failed", reason: "the answer is no JSON" }, again: false }
      : { answer: { state: "ok", body: record(body) }, again: false };
  }
  const answer = refusalOfBody(status, body);
  const after = waitOf(retryAfter, clock);
  const again = answer.state === "throttled" || status >= 500;
  return { answer, again, ...(after === undefined ? {} : { retryAfterMs: after }) };
}

/** `Retry-After` in seconds or as a date. */
function waitOf(header: string | string[] | undefined, clock: Clock): number | undefined {
  const value = Array.isArray(header) ? header[0] : header;
  if (value === undefined) return undefined;
  if (/^\d+$/.test(value)) return Number(value) * 1_000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - clock.now());
}
