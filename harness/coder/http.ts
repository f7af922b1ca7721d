import { Pool } from "undici";
import type { z } from "zod";
import type { Clock } from "../model/clock.ts";
import { messageOf } from "../model/error.ts";
import type { Answer, CoderFailure } from "./answer.ts";
import { errorBody } from "./schemas.ts";

const MAX_ATTEMPTS = 6;
const MAX_RETRY_AFTER_MS = 90_000;

export interface CoderHttpOptions {
  /** Base URL without a trailing slash. */
  readonly url: string;
  readonly clock: Clock;
  /** Connections of the pool. @default 64 */
  readonly connections?: number;
}

export interface CoderCall<T> {
  readonly method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  /** Path with query, such as `/api/v2/users/me`. */
  readonly path: string;
  readonly schema: z.ZodType<T>;
  readonly signal: AbortSignal;
  readonly token?: string;
  /** Only owners may: their calls are then not rate limited. */
  readonly bypassRateLimit?: boolean;
  readonly json?: unknown;
  readonly body?: { readonly bytes: Buffer; readonly type: string };
  /** @default 60,000 */
  readonly timeoutMs?: number;
}

/** One pool of connections to one Coder; answers are checked, 429 is waited out as Coder asks. */
export class CoderHttp {
  readonly url: string;
  readonly clock: Clock;
  readonly #pool: Pool;
  #throttled = 0;

  constructor(options: CoderHttpOptions) {
    this.url = options.url;
    this.clock = options.clock;
    this.#pool = new Pool(options.url, {
      connections: options.connections ?? 64,
      connect: { timeout: 10_000 },
    });
  }

  /** How many answers were 429 so far, retried ones included. */
  get throttled(): number {
    return this.#throttled;
  }

  async call<T>(call: CoderCall<T>): Promise<Answer<T>> {
    for (let attempt = 1; ; attempt++) {
      const { answer, retryAfterMs } = await this.#once(call);
      if (retryAfterMs === undefined) return answer;
      this.#throttled++;
      if (attempt === MAX_ATTEMPTS || retryAfterMs > MAX_RETRY_AFTER_MS) return answer;
      try {
        await this.clock.sleep(retryAfterMs, call.signal);
      } catch {
        return failed(call, "aborted", "stopped while waiting for the rate limit");
      }
    }
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
  }

  async #once<T>(call: CoderCall<T>): Promise<{ answer: Answer<T>; retryAfterMs?: number }> {
    try {
      const timeoutMs = call.timeoutMs ?? 60_000;
      const response = await this.#pool.request({
        method: call.method,
        path: call.path,
        headers: headersOf(call),
        body: call.body?.bytes ?? (call.json === undefined ? null : JSON.stringify(call.json)),
        signal: call.signal,
        headersTimeout: timeoutMs,
        bodyTimeout: timeoutMs,
      });
      const text = await response.body.text();
      const status = response.statusCode;
      if (status === 429) {
        const seconds = Number(response.headers["retry-after"] ?? 1);
        return {
          answer: failed(call, "rate-limited", `429 ${messageIn(text)}`, status),
          retryAfterMs: Number.isFinite(seconds) ? Math.max(50, seconds * 1000) : 1000,
        };
      }
      if (status < 200 || status > 299)
        return { answer: failed(call, "status", `${status} ${messageIn(text)}`, status) };
      return { answer: parsed(call, status, text) };
    } catch (error) {
      return { answer: failed(call, kindOf(error, call.signal), messageOf(error)) };
    }
  }
}

function headersOf(call: CoderCall<unknown>): Record<string, string> {
  const headers: Record<string, string> = { accept: "application/json" };
  if (call.token !== undefined) headers["coder-session-token"] = call.token;
  if (call.bypassRateLimit === true) headers["x-coder-bypass-ratelimit"] = "true";
  if (call.body !== undefined) headers["content-type"] = call.body.type;
  else if (call.json !== undefined) headers["content-type"] = "application/json";
  return headers;
}

function parsed<T>(call: CoderCall<T>, status: number, text: string): Answer<T> {
  let json: unknown = text;
  try {
    json = JSON.parse(text);
  } catch {
    // Some answers are no JSON ("OK" of /healthz): the schema decides whether text is welcome.
  }
  const result = call.schema.safeParse(json);
  if (result.success) return { ok: true, status, value: result.data };
  const issue = result.error.issues[0];
  const where = issue === undefined ? "" : `${issue.path.join(".")}: ${issue.message}`;
  return failed(call, "malformed", `answer is not as Coder's API promises: ${where}`, status);
}

function failed<T>(
  call: CoderCall<T>,
  kind: CoderFailure["kind"],
  message: string,
  status?: number,
): { readonly ok: false; readonly failure: CoderFailure } {
  const path = call.path.replace(/^\/api\/v2/, "").replace(/\?.*$/, "");
  const failure = { kind, message: `${call.method} ${path}: ${message}` };
  return { ok: false, failure: status === undefined ? failure : { ...failure, status } };
}

function kindOf(error: unknown, signal: AbortSignal): CoderFailure["kind"] {
  if (signal.aborted) return "aborted";
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return code.includes("TIMEOUT") ? "timeout" : "unreachable";
}

function messageIn(text: string): string {
  try {
    const body = errorBody.parse(JSON.parse(text));
    const details = [body.detail, ...(body.validations ?? []).map((v) => `${v.field}: ${v.detail}`)];
    const extra = details.filter(
      (detail) => detail !== undefined && detail !== "" && detail !== body.message,
    );
    return extra.length === 0 ? body.message : `${body.message} (${extra.join("; ")})`;
  } catch {
    return text.slice(0, 200);
  }
}
