import { messageOf } from "../tools/error.ts";
import { exchange, splitUrl } from "../tools/exchange.ts";
import type { ControlPlaneLook } from "../model/ports/cluster.ts";
import type { ClusterAccess, ClusterLogin } from "./access.ts";

/** An existing API server answers quickly. */
const ANSWER_TIMEOUT_MS = 10_000;

/** Checks whether an API server is ready (`/readyz`). A refusal of the caller shows that the server works. */
export async function lookAtApiServer(access: ClusterAccess, signal: AbortSignal): Promise<ControlPlaneLook> {
  let login: ClusterLogin;
  try {
    login = await access.login();
  } catch (error) {
    signal.throwIfAborted();
    return { state: "unknown", reason: messageOf(error) };
  }
  try {
    const { status, bytes } = await exchange({
      method: "GET",
      ...splitUrl(`${access.server}/readyz`),
      headers: login.headers,
      signal,
      timeoutMs: ANSWER_TIMEOUT_MS,
      dispatcher: login.dispatcher,
    });
    if (status === 200) return { state: "ready" };
    if (status === 401 || status === 403)
      return { state: "unknown", reason: `its API server refuses to report its readiness (${status})` };
    const words = bytes.toString().split("\n", 1)[0]?.slice(0, 200) ?? "";
    return {
      state: "away",
      reason: `its API server is not ready (${status}${words === "" ? "" : `: ${words}`})`,
    };
  } catch (error) {
    signal.throwIfAborted();
    return { state: "away", reason: `its API server does not answer: ${messageOf(error)}` };
  }
}
