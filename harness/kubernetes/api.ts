import { messageOf } from "../tools/error.ts";
import { exchange, isBrokenOff, splitUrl } from "../tools/exchange.ts";
import { parseJson } from "../tools/parse-json.ts";
import type { Clock } from "../tools/time/clock.ts";
import { type Try, retry } from "../tools/time/retry.ts";
import type { ClusterAccess, ClusterLogin } from "./access.ts";

type Fields = Readonly<Record<string, unknown>>;

export type KubernetesAnswer =
  | { readonly state: "ok"; readonly body: Fields }
  | {
      readonly state: "gone" | "expired" | "in-use" | "denied" | "throttled" | "failed";
      readonly reason: string;
    };

/** Calls a cluster's API. A refusal is returned; only an aborted signal throws. */
export type CallKubernetes = (
  method: "GET" | "DELETE" | "POST" | "PUT" | "PATCH",
  path: string,
  signal: AbortSignal,
  /** Sent as JSON; a `PATCH` is a merge patch. The body of a `DELETE` has its options. */
  body?: object,
) => Promise<KubernetesAnswer>;

const TRIES = 5;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;
/** Limit for a complete answer. */
const ANSWER_TIMEOUT_MS = 60_000;

/**
 * Calls a cluster's API, and retries a limited number of times while it is busy. A `POST` whose answer was lost is sent
 * again, so that an object that the first one created is refused as `in-use`. With `metadataOnly`, lists answer the
 * objects' metadata alone.
 */
export function kubernetesApi(
  access: ClusterAccess,
  clock: Clock,
  options: { readonly metadataOnly?: boolean } = {},
): CallKubernetes {
  const accept = options.metadataOnly === true ? METADATA_LIST : JSON_TYPE;
  const patience = { clock, firstWaitMs: FIRST_WAIT_MS, longestWaitMs: LONGEST_WAIT_MS, tries: TRIES };
  return (method, path, signal, body) =>
    retry(() => attempt(access, { method, path, body, accept }, signal), { ...patience, signal });
}

const JSON_TYPE = "application/json";
/** Lists without what the objects contain, from every server that can make them. */
const METADATA_LIST = `application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,${JSON_TYPE}`;

interface Call {
  readonly method: Parameters<CallKubernetes>[0];
  readonly path: string;
  readonly body: object | undefined;
  readonly accept: string;
}

async function attempt(
  access: ClusterAccess,
  { method, path, body, accept }: Call,
  signal: AbortSignal,
): Promise<Try<KubernetesAnswer>> {
  signal.throwIfAborted();
  let login: ClusterLogin;
  try {
    login = await access.login();
  } catch (error) {
    return { outcome: { state: "denied", reason: messageOf(error) }, mayPass: false };
  }
  const type = method === "PATCH" ? "application/merge-patch+json" : JSON_TYPE;
  try {
    const answer = await exchange({
      method,
      ...splitUrl(`${access.server}${path}`),
      headers: {
        ...login.headers,
        accept,
        ...(body === undefined ? {} : { "content-type": type }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal,
      timeoutMs: ANSWER_TIMEOUT_MS,
      dispatcher: login.dispatcher,
    });
    const outcome = answerOf(answer.status, answer.bytes.toString());
    const seconds = Number(answer.headers["retry-after"]);
    const afterMs = outcome.state === "ok" || Number.isNaN(seconds) ? undefined : seconds * 1_000;
    return { outcome, mayPass: outcome.state === "throttled" || afterMs !== undefined, afterMs };
  } catch (error) {
    signal.throwIfAborted();
    const reason = `${access.server} did not answer: ${messageOf(error)}`;
    // A deleted cluster refuses every call of a teardown, so only a lost answer is retried.
    return { outcome: { state: "failed", reason }, mayPass: isBrokenOff(error) };
  }
}

function answerOf(status: number, text: string): KubernetesAnswer {
  let body: Fields | undefined;
  try {
    body = parseJson(text) as Fields;
  } catch {
    // A proxy may answer with a page instead.
  }
  if (status >= 200 && status < 300) {
    return body === undefined
      ? { state: "failed", reason: "the answer is not valid JSON" }
      : { state: "ok", body };
  }
  return { state: stateOf(status), reason: `${messageIn(body)} (${status})` };
}

/** The API's own words in a refusal; a page of a proxy has none that help. */
export function messageIn(body: unknown): string {
  const message = typeof body === "object" && body !== null && "message" in body ? body.message : undefined;
  return typeof message === "string" ? message : "no reason given";
}

/** What a refusal by this status means. */
export function stateOf(status: number): Exclude<KubernetesAnswer["state"], "ok"> {
  switch (status) {
    case 401:
    case 403:
      return "denied";
    case 404:
      return "gone";
    case 409:
      return "in-use";
    // The continue token is too old: the list must start again.
    case 410:
      return "expired";
    case 429:
    case 503:
      return "throttled";
    default:
      return "failed";
  }
}
