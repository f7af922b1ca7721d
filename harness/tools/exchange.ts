import type { IncomingHttpHeaders } from "node:http";
import { type Dispatcher, getGlobalDispatcher } from "undici";

/** A page of 100 workspaces, or of 500 cloud resources, has less than 2 MiB. */
export const MAX_BODY_BYTES = 16 * 2 ** 20;
/** A refusal is a sentence, or a proxy's page, whose rest is useless. */
export const MAX_REFUSAL_BYTES = 64 * 2 ** 10;

export interface ExchangeRequest {
  readonly method: "GET" | "HEAD" | "POST" | "PATCH" | "PUT" | "DELETE";
  /** `https://example.com`, without a path. */
  readonly origin: string;
  /** With its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | undefined;
  readonly signal?: AbortSignal | undefined;
  /** For the whole exchange: connection, head and body. */
  readonly timeoutMs: number;
  /** @default undici's own pool */
  readonly dispatcher?: Dispatcher | undefined;
  /** The largest body of a 2xx answer. @default 16 MiB */
  readonly maxBytes?: number;
}

export interface ExchangeAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The first 64 KiB of a refusal. */
  readonly bytes: Buffer;
}

/** The whole answer did not arrive in time. */
export class ExchangeTimeoutError extends Error {
  readonly code = "EXCHANGE_TIMEOUT";
}

/** The answer is larger than the request allows. */
export class AnswerTooLargeError extends Error {
  readonly status: number;

  constructor(status: number, maxBytes: number) {
    super(`the answer is larger than ${maxBytes} bytes`);
    this.status = status;
  }
}

/**
 * Sends one request and reads its whole answer. This is the only place that reads bodies. Time and memory are
 * bounded, whatever the server sends and however slowly. Redirects are not followed.
 * @throws ExchangeTimeoutError, AnswerTooLargeError, the signal's reason, or the error of the connection
 */
export async function exchange(request: ExchangeRequest): Promise<ExchangeAnswer> {
  const { method, origin, path, headers, body, signal, timeoutMs } = request;
  // A separate controller, released below: signals made with `AbortSignal.any` remain attached to a shared signal.
  const ending = new AbortController();
  const stop = (): void => ending.abort(signal?.reason);
  signal?.addEventListener("abort", stop, { once: true });
  if (signal?.aborted === true) stop();
  const timer = setTimeout(
    () => ending.abort(new ExchangeTimeoutError(`no whole answer within ${timeoutMs} ms`)),
    timeoutMs,
  );
  try {
    const response = await (request.dispatcher ?? getGlobalDispatcher()).request({
      method,
      origin,
      path,
      headers: { ...headers },
      body: body ?? null,
      signal: ending.signal,
      // The timer above covers head and body together. Undici's timers restart with each byte.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    const status = response.statusCode;
    const isRefusal = status < 200 || status > 299;
    const bytes = isRefusal
      ? await readStart(response.body)
      : await readUpTo(response.body, request.maxBytes ?? MAX_BODY_BYTES, status);
    return { status, headers: response.headers, bytes };
  } catch (error) {
    if (ending.signal.aborted) throw ending.signal.reason;
    throw error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
  }
}

/** Reads a whole body. Throws `AnswerTooLargeError` beyond `maxBytes`, and closes the connection. */
export async function readUpTo(body: AsyncIterable<Buffer>, maxBytes: number, status = 200): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    // Leaving the loop closes the connection.
    if (length > maxBytes) throw new AnswerTooLargeError(status, maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}

async function readStart(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= MAX_REFUSAL_BYTES) break;
  }
  return Buffer.concat(chunks, length).subarray(0, MAX_REFUSAL_BYTES);
}

const BROKEN_OFF = ["ECONNRESET", "EPIPE", "UND_ERR_SOCKET", "EXCHANGE_TIMEOUT"];

/** Whether a server was reached, but its answer was lost or late. */
export function isBrokenOff(error: unknown): boolean {
  return error instanceof Error && "code" in error && BROKEN_OFF.includes(String(error.code));
}

/** Splits a URL into the origin and path that `exchange` needs. */
export function splitUrl(url: string | URL): Pick<ExchangeRequest, "origin" | "path"> {
  const { origin, pathname, search } = new URL(url);
  return { origin, path: `${pathname}${search}` };
}
