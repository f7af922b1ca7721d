import { request } from "undici";

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
  readonly text: string;
}

/** Asks a server on the web; rejects where nobody answers. */
export type Web = (question: WebQuestion, signal: AbortSignal) => Promise<WebAnswer>;

/** More than the token of a registry is nothing that preflight asks for. */
const LONGEST_TEXT = 64_000;

/** The web as this machine reaches it. */
export const web: Web = async ({ method, url, headers = {} }, signal) => {
  const { statusCode, headers: got, body } = await request(url, { method, headers, signal });
  const text = (await body.text()).slice(0, LONGEST_TEXT);
  const { location, "docker-content-digest": contentDigest } = got;
  return {
    status: statusCode,
    text,
    ...(typeof location === "string" ? { location } : {}),
    ...(typeof contentDigest === "string" ? { contentDigest } : {}),
  };
};
