import { type Dispatcher, request } from "undici";
import type { Clock } from "../../model/clock.ts";
import { messageOf } from "../../model/error.ts";

/** How a cluster is reached while it lives. */
export interface ClusterAccess {
  /** `https://…`, without a trailing slash. */
  readonly server: string;
  /** Made when a request is sent: tokens of clouds last minutes. */
  token(): Promise<string>;
  /** Carries the cluster's own CA where its certificate is not publicly signed. @default undici's own pool */
  readonly dispatcher?: Dispatcher;
}

type Fields = Readonly<Record<string, unknown>>;

export type KubernetesAnswer =
  | { readonly state: "ok"; readonly body: Fields }
  | {
      readonly state: "gone" | "expired" | "in-use" | "denied" | "throttled" | "failed";
      readonly reason: string;
    };

/** One call of a cluster's API; a refusal is an answer, only an aborted signal throws. */
export type CallKubernetes = (
  method: "GET" | "DELETE",
  path: string,
  signal: AbortSignal,
) => Promise<KubernetesAnswer>;

const TRIES = 5;
const FIRST_WAIT_MS = 1_000;
const ANSWER_TIMEOUT_MS = 60_000;

/** Calls a cluster's API; waits and asks again when it is busy, a bounded number of times. */
export function kubernetesApi(access: ClusterAccess, clock: Clock): CallKubernetes {
  return async (method, path, signal) => {
    for (let tried = 1; ; tried += 1) {
      signal.throwIfAborted();
      const { answer, retryAfterMs } = await attempt(access, method, path, signal);
      const again = answer.state === "throttled" || retryAfterMs !== undefined;
      if (!again || tried === TRIES) return answer;
      await clock.sleep(Math.min(retryAfterMs ?? FIRST_WAIT_MS * 2 ** (tried - 1), 60_000), signal);
    }
  };
}

interface Attempt {
  readonly answer: KubernetesAnswer;
  readonly retryAfterMs?: number;
}

async function attempt(
  access: ClusterAccess,
  method: string,
  path: string,
  signal: AbortSignal,
): Promise<Attempt> {
  let token: string;
  try {
    token = await access.token();
  } catch (error) {
    return { answer: { state: "denied", reason: messageOf(error) } };
  }
  try {
    const response = await request(`${access.server}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, accept: "application/json" },
      signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]),
      ...(access.dispatcher === undefined ? {} : { dispatcher: access.dispatcher }),
    });
    const answer = answerOf(response.statusCode, await response.body.text());
    const seconds = Number(response.headers["retry-after"]);
    return answer.state === "ok" || Number.isNaN(seconds)
      ? { answer }
      : { answer, retryAfterMs: seconds * 1_000 };
  } catch (error) {
    signal.throwIfAborted();
    return { answer: { state: "failed", reason: `${access.server} did not answer: ${messageOf(error)}` } };
  }
}

function answerOf(status: number, text: string): KubernetesAnswer {
  let body: Fields | undefined;
  try {
    body = JSON.parse(text) as Fields;
  } catch {
    // A proxy's page in place of an answer.
  }
  if (status >= 200 && status < 300) {
    return body === undefined ? { state: "failed", reason: "the answer is no JSON" } : { state: "ok", body };
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
    // The place to go on from is too old: the list has to begin again.
    case 410:
      return "expired";
    case 429:
    case 503:
      return "throttled";
    default:
      return "failed";
  }
}
