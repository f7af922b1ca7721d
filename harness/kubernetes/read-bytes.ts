import { messageOf } from "../tools/error.ts";
import { exchange, splitUrl } from "../tools/exchange.ts";
import { parseJson } from "../tools/parse-json.ts";
import type { ClusterAccess } from "./access.ts";
import { type KubernetesAnswer, messageIn, stateOf } from "./api.ts";

export type BytesAnswer =
  | { readonly state: "ok"; readonly bytes: Buffer }
  | {
      readonly state: Exclude<KubernetesAnswer["state"], "ok">;
      readonly reason: string;
      /** How many bytes the refusal had. */
      readonly length: number;
    };

export interface ReadBytesOptions {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  readonly maxBytes: number;
  /** @default "application/json" */
  readonly accept?: string;
}

/**
 * Reads one answer of a cluster's API that need not be JSON, such as a log or what a proxy passes on. Asks once. A
 * refusal is returned; only an aborted signal throws.
 */
export async function readBytes(
  access: ClusterAccess,
  path: string,
  { signal, timeoutMs, maxBytes, accept = "application/json" }: ReadBytesOptions,
): Promise<BytesAnswer> {
  signal.throwIfAborted();
  try {
    const login = await access.login();
    const answer = await exchange({
      method: "GET",
      ...splitUrl(`${access.server}${path}`),
      headers: { ...login.headers, accept },
      ...{ signal, timeoutMs, maxBytes },
      dispatcher: login.dispatcher,
    });
    const { status, bytes } = answer;
    if (status >= 200 && status < 300) return { state: "ok", bytes };
    return { state: stateOf(status), reason: `${refusalOf(bytes)} (${status})`, length: bytes.length };
  } catch (error) {
    signal.throwIfAborted();
    return { state: "failed", reason: messageOf(error), length: 0 };
  }
}

const MOST_REFUSAL_CHARACTERS = 200;

function refusalOf(bytes: Buffer): string {
  try {
    return messageIn(parseJson(bytes.toString())).slice(0, MOST_REFUSAL_CHARACTERS);
  } catch {
    // A proxy may answer with a page instead.
    return messageIn(undefined);
  }
}
