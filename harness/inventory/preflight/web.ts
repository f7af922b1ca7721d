import { exchange, splitUrl } from "../../tools/exchange.ts";

export interface WebQuestion {
  readonly method: "GET" | "HEAD";
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface WebAnswer {
  readonly status: number;
  /** Target of a redirect. */
  readonly location?: string;
  /** `docker-content-digest`: the registry's digest of the manifest. */
  readonly contentDigest?: string;
  /** `ratelimit-limit` and `ratelimit-remaining`: pulls allowed for this address, such as `100;w=21600`. */
  readonly rateLimit?: string;
  readonly rateRemaining?: string;
  readonly text: string;
}

/** Sends a request to a web server; rejects if nobody answers. */
export type Web = (question: WebQuestion, signal: AbortSignal) => Promise<WebAnswer>;

/** The largest requested file is an image's manifest. */
const MAX_ANSWER_BYTES = 2 ** 20;
/** Limit for one complete answer; all of them are small. */
const ANSWER_TIMEOUT_MS = 30_000;

/** The web as reached from this machine. */
export const web: Web = async ({ method, url, headers = {} }, signal) => {
  const answer = await exchange({
    method,
    ...splitUrl(url),
    headers,
    signal,
    timeoutMs: ANSWER_TIMEOUT_MS,
    maxBytes: MAX_ANSWER_BYTES,
  });
  const { location, "docker-content-digest": contentDigest } = answer.headers;
  const { "ratelimit-limit": rateLimit, "ratelimit-remaining": rateRemaining } = answer.headers;
  return {
    status: answer.status,
    text: answer.bytes.toString(),
    ...(typeof location === "string" ? { location } : {}),
    ...(typeof contentDigest === "string" ? { contentDigest } : {}),
    ...(typeof rateLimit === "string" ? { rateLimit } : {}),
    ...(typeof rateRemaining === "string" ? { rateRemaining } : {}),
  };
};
