import type { Dispatcher } from "undici";
import type { Clock } from "../tools/time/clock.ts";
import { messageOf } from "../tools/error.ts";
import { exchange, isBrokenOff, splitUrl } from "../tools/exchange.ts";
import { parseJson } from "../tools/parse-json.ts";
import { type Try, retry } from "../tools/time/retry.ts";

/** Access to a cluster while it exists. */
export interface ClusterAccess {
  /** `https://…`, without a trailing slash. */
  readonly server: string;
  /**
   * Creates a token for each request, because tokens of clouds last only minutes. Absent where the dispatcher's client
   * certificate identifies the caller.
   */
  readonly token?: () => Promise<string>;
  /** Contains the cluster's CA if its certificate is not publicly signed. @default undici's global pool */
  readonly dispatcher?: Dispatcher | undefined;
}

type Fields = Readonly<Record<string, unknown>>;

export type KubernetesAnswer =
  | { readonly state: "ok"; readonly body: Fields }
  | {
      readonly state: "gone" | "expired" | "in-use" | "denied" | "throttled" | "failed";
      readonly reason: string;
    };

/** Calls a cluster's API. A refusal is returned; only an aborted signal throws. */
export type CallKubernetes = (
  method: "GET" | "DELETE",
  path: string,
  signal: AbortSignal,
) => Promise<KubernetesAnswer>;

const TRIES = 5;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;
/** Limit for a complete answer. */
const ANSWER_TIMEOUT_MS = 60_000;

/** Calls a cluster's API, and retries a limited number of times while it is busy. */
export function kubernetesApi(access: ClusterAccess, clock: Clock): CallKubernetes {
  const patience = { clock, firstWaitMs: FIRST_WAIT_MS, longestWaitMs: LONGEST_WAIT_MS, tries: TRIES };
  return (method, path, signal) =>
    retry(() => attempt(access, method, path, signal), { ...patience, signal });
}

/** The headers that identify the caller. Throws when no token can be created. */
export async function authorize({ token }: ClusterAccess): Promise<Readonly<Record<string, string>>> {
  return token === undefined ? {} : { authorization: `Bearer ${await token()}` };
}

async function attempt(
  access: ClusterAccess,
  method: "GET" | "DELETE",
  path: string,
  signal: AbortSignal,
): Promise<Try<KubernetesAnswer>> {
  signal.throwIfAborted();
  let headers: Readonly<Record<string, string>>;
  try {
    headers = await authorize(access);
  } catch (error) {
    return { outcome: { state: "denied", reason: messageOf(error) }, mayPass: false };
  }
  try {
    const answer = await exchange({
      method,
      ...splitUrl(`${access.server}${path}`),
      headers: { ...headers, accept: "application/json" },
      signal,
      timeoutMs: ANSWER_TIMEOUT_MS,
      dispatcher: access.dispatcher,
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
  const message = typeof body?.["message"] === "string" ? body["message"] : "no reason given";
  return { state: stateOf(status), reason: `${message} (${status})` };
}

function stateOf(status: number): Exclude<KubernetesAnswer["state"], "ok"> {
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
