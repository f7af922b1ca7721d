import { exchange, splitUrl } from "../../tools/exchange.ts";

export interface WebQuestion {
  readonly method: "GET" | "HEAD";
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface WebAnswer {
  readonly status: number;
  /** Where it says that the thing is. */
  readonly location?: string;
  /** `docker-content-digest`: what a registry calls the manifest by. */
  readonly contentDigest?: string;
  /** `ratelimit-limit` and `ratelimit-remaining`: pulls that a registry grants this address, such as `100;w=21600`. */
  readonly rateLimit?: string;
  readonly rateRemaining?: string;
  readonly text: string;
}

/** Asks a server on the web; rejects where nobody answers. */
export type Web = (question: WebQuestion, signal: AbortSignal) => Promise<WebAnswer>;

/** Preflight asks for nothing larger than the manifest of an image. */
const MAX_ANSWER_BYTES = 2 ** 20;
/** For one whole answer; what is asked for is small. */
const ANSWER_TIMEOUT_MS = 30_000;

/** The web as this machine reaches it. */
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
