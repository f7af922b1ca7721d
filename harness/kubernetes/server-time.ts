import { messageOf } from "../tools/error.ts";
import { exchange, splitUrl } from "../tools/exchange.ts";
import type { Clock } from "../tools/time/clock.ts";
import type { ClusterAccess } from "./access.ts";

/** How far an API server's clock is ahead of this machine's. */
export type ServerTime =
  | {
      readonly state: "read";
      /** Negative if it is behind. */
      readonly aheadMs: number;
      /** Half of what is not known: the answer's way, and the second of the header. */
      readonly withinMs: number;
    }
  | { readonly state: "unknown"; readonly reason: string };

const ANSWER_TIMEOUT_MS = 10_000;
/** HTTP's `Date` is cut to seconds: https://www.rfc-editor.org/rfc/rfc9110#field.date */
const RESOLUTION_MS = 1_000;

/** Compares the `Date` of an API server's answer with the middle of the exchange. Only an aborted signal throws. */
export async function readServerTime(
  access: ClusterAccess,
  clock: Clock,
  signal: AbortSignal,
): Promise<ServerTime> {
  try {
    const { headers, dispatcher } = await access.login();
    const [wallMs, sentAt] = [clock.now(), clock.elapsed()];
    const answer = await exchange({
      method: "GET",
      ...splitUrl(`${access.server}/version`),
      headers,
      signal,
      timeoutMs: ANSWER_TIMEOUT_MS,
      dispatcher,
    });
    const tripMs = clock.elapsed() - sentAt;
    const server = Date.parse(String(answer.headers["date"]));
    if (Number.isNaN(server)) return { state: "unknown", reason: "its answer has no date" };
    const middle = wallMs + tripMs / 2;
    return {
      state: "read",
      aheadMs: server + RESOLUTION_MS / 2 - middle,
      withinMs: (tripMs + RESOLUTION_MS) / 2,
    };
  } catch (error) {
    signal.throwIfAborted();
    return { state: "unknown", reason: messageOf(error) };
  }
}
