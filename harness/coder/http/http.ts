import type { Dispatcher } from "undici";
import type { z } from "zod";
import type { Clock } from "../../tools/time/clock.ts";
import { messageOf } from "../../tools/error.ts";
import { AnswerTooLargeError, exchange } from "../../tools/exchange.ts";
import { JsonBoundError, parseJson } from "../../tools/parse-json.ts";
import { type Answer, type CoderFailure, failedWith } from "./answer.ts";
import { exhaustedBy } from "./exhausted.ts";
import { errorBody } from "./schemas.ts";
import { BYPASS_RATE_LIMIT, Transport, type TransportOptions } from "./transport.ts";

/** How long a call waits for its whole answer by default. */
export const CALL_TIMEOUT_MS = 60_000;

const MAX_ATTEMPTS = 6;
const MAX_RETRY_AFTER_MS = 90_000;

export interface CoderHttpOptions extends TransportOptions {
  readonly clock: Clock;
  /** The most connections at the same time; further requests wait. @default no limit */
  readonly connections?: number;
}

export interface CoderCall<T> {
  readonly method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  /** Path with query, such as `/api/v2/users/me`. */
  readonly path: string;
  readonly schema: z.ZodType<T>;
  readonly signal: AbortSignal;
  readonly token?: string;
  /** W3C trace context of the request, so that the server's spans join a trace. */
  readonly traceparent?: string | undefined;
  /** Asks for no rate limit, which only site admins may. The calls of others are sent again without it. */
  readonly bypassRateLimit?: boolean;
  readonly json?: unknown;
  readonly body?: { readonly bytes: Buffer; readonly type: string };
  /** @default 60,000 */
  readonly timeoutMs?: number;
  /** The largest answer in bytes. @default 16 MiB */
  readonly maxBytes?: number;
  /** Whether 429 is waited out. @default true */
  readonly retryThrottled?: boolean;
}

/**
 * A pool of connections to one Coder. No request waits for another, unless the pool is limited. Answers are
 * checked against schemas. After 429, a request is repeated when Coder asks for it.
 */
export class CoderHttp {
  readonly url: string;
  readonly clock: Clock;
  /** Applies to its websockets too. */
  readonly transport: Transport;
  readonly #dispatcher: Dispatcher;
  /** Until Coder answers that the caller is not a site admin. */
  #mayBypass = true;

  constructor(options: CoderHttpOptions) {
    this.url = options.url;
    this.clock = options.clock;
    this.transport = new Transport(options);
    this.#dispatcher = this.transport.dispatcher(options.connections);
  }

  /** How many requests and websockets were answered with 429 so far, including repeated ones. */
  get throttled(): number {
    return this.transport.throttled;
  }

  /** Whether no answer has refused yet that calls bypass the rate limit. */
  get mayBypassRateLimit(): boolean {
    return this.#mayBypass;
  }

  async call<T>(call: CoderCall<T>): Promise<Answer<T>> {
    for (let attempt = 1; ; attempt++) {
      const bypassRateLimit = call.bypassRateLimit === true && this.#mayBypass;
      const { answer, retryAfterMs } = await this.#once({ ...call, bypassRateLimit });
      if (bypassRateLimit && failedWith(answer, 428)) {
        this.#mayBypass = false;
        continue;
      }
      if (retryAfterMs === undefined) return answer;
      this.transport.throttled++;
      if (call.retryThrottled === false || attempt === MAX_ATTEMPTS || retryAfterMs > MAX_RETRY_AFTER_MS)
        return answer;
      try {
        await this.clock.sleep(retryAfterMs, call.signal);
      } catch {
        return failed(call, "aborted", "stopped while waiting for the rate limit");
      }
    }
  }

  async close(): Promise<void> {
    await this.#dispatcher.destroy();
  }

  async #once<T>(call: CoderCall<T>): Promise<{ answer: Answer<T>; retryAfterMs?: number }> {
    try {
      const { status, headers, bytes } = await exchange({
        method: call.method,
        origin: this.url,
        path: call.path,
        headers: this.#headersOf(call),
        body: call.body?.bytes ?? (call.json === undefined ? undefined : JSON.stringify(call.json)),
        signal: call.signal,
        timeoutMs: call.timeoutMs ?? CALL_TIMEOUT_MS,
        dispatcher: this.#dispatcher,
        ...(call.maxBytes === undefined ? {} : { maxBytes: call.maxBytes }),
      });
      this.transport.hear(headers);
      const text = bytes.toString();
      if (status === 429) {
        return {
          answer: failed(call, "rate-limited", `429 ${messageIn(text)}`, status),
          retryAfterMs: retryAfterMs(headers["retry-after"]),
        };
      }
      if (status < 200 || status > 299)
        return { answer: failed(call, "status", `${status} ${messageIn(text)}`, status) };
      return { answer: readAnswer(call, status, text) };
    } catch (error) {
      if (call.signal.aborted) return { answer: failed(call, "aborted", messageOf(error)) };
      if (error instanceof AnswerTooLargeError)
        return { answer: failed(call, "malformed", error.message, error.status) };
      const tls = await this.transport.explainTls(error);
      if (tls !== undefined) return { answer: failed(call, "tls", tls) };
      const exhausted = exhaustedBy(error);
      if (exhausted !== undefined) return { answer: failed(call, "exhausted", exhausted) };
      return { answer: failed(call, kindOf(error), messageOf(error)) };
    }
  }

  #headersOf(call: CoderCall<unknown>): Record<string, string> {
    const headers = { ...this.transport.headers(call.token), accept: "application/json" };
    return {
      ...headers,
      ...(call.traceparent === undefined ? {} : { traceparent: call.traceparent }),
      ...(call.bypassRateLimit === true ? BYPASS_RATE_LIMIT : {}),
      ...(call.body !== undefined ? { "content-type": call.body.type } : {}),
      ...(call.json !== undefined ? { "content-type": "application/json" } : {}),
    };
  }
}

/** The wait that a 429 asks for, in milliseconds; one second if it cannot be read. */
export function retryAfterMs(header: string | string[] | undefined): number {
  const text = typeof header === "string" ? header : "1";
  const seconds = Number(text);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(text) - Date.now();
  return Number.isFinite(ms) ? Math.max(50, ms) : 1000;
}

/** Checks a 2xx answer against the call's schema. Never throws. */
export function readAnswer<T>(
  call: Pick<CoderCall<T>, "method" | "path" | "schema">,
  status: number,
  text: string,
): Answer<T> {
  let json: unknown = text;
  try {
    json = parseJson(text);
  } catch (error) {
    if (error instanceof JsonBoundError) return failed(call, "malformed", error.message, status);
    // Some answers are not JSON ("OK" of /healthz): the schema decides whether text is valid.
  }
  const result = call.schema.safeParse(json);
  if (result.success) return { ok: true, status, value: result.data };
  const issue = result.error.issues[0];
  const where = issue === undefined ? "" : `${issue.path.join(".")}: ${issue.message}`;
  return failed(call, "malformed", `answer is not as Coder's API promises: ${where}`, status);
}

function failed<T>(
  call: Pick<CoderCall<T>, "method" | "path">,
  kind: CoderFailure["kind"],
  message: string,
  status?: number,
): { readonly ok: false; readonly failure: CoderFailure } {
  const path = call.path.replace(/^\/api\/v2/, "").replace(/\?.*$/, "");
  const failure = { kind, message: `${call.method} ${path}: ${message}` };
  return { ok: false, failure: status === undefined ? failure : { ...failure, status } };
}

function kindOf(error: unknown): CoderFailure["kind"] {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return code.includes("TIMEOUT") ? "timeout" : "unreachable";
}

function messageIn(text: string): string {
  try {
    const body = errorBody.parse(parseJson(text));
    const details = [body.detail, ...(body.validations ?? []).map((v) => `${v.field}: ${v.detail}`)];
    const extra = details.filter(
      (detail) => detail !== undefined && detail !== "" && detail !== body.message,
    );
    return extra.length === 0 ? body.message : `${body.message} (${extra.join("; ")})`;
  } catch {
    return text.slice(0, 200);
  }
}
