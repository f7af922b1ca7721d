import { failedWith } from "../../coder/http/answer.ts";
import { CoderClient, isSiteAdmin } from "../../coder/client.ts";
import type { CoderHttp } from "../../coder/http/http.ts";
import type { User } from "../../coder/http/schemas.ts";
import { RefbenchError } from "../../tools/error.ts";

/** The caller of a deployment, as it identifies them. */
export interface GuardedCaller {
  readonly client: CoderClient;
  readonly user: User;
  /** Site admins see all workspaces, may create tokens for others, and have no rate limit. */
  readonly isSiteAdmin: boolean;
  readonly token: string;
}

/** One lost connection is not a reason to refuse, but a wrong address must be reported soon. */
const GUARD_PATIENCE_MS = 3_000;

/** Identifies the user of the session. Throws when the session or the address is wrong. */
export async function getCaller(
  http: CoderHttp,
  session: { readonly token: string; readonly from: string },
  signal: AbortSignal,
): Promise<GuardedCaller> {
  const { token, from } = session;
  const me = await new CoderClient(http, { token, isSiteAdmin: false }, signal)
    .patient(GUARD_PATIENCE_MS)
    .me();
  if (me.ok) {
    const user = me.value;
    const isAdmin = isSiteAdmin(user);
    const client = new CoderClient(http, { token, isSiteAdmin: isAdmin }, signal).patient();
    return { client, user, isSiteAdmin: isAdmin, token };
  }
  const { kind, message } = me.failure;
  if (kind === "aborted") throw new RefbenchError("interrupted", "stopped before anything was created");
  if (failedWith(me, 401))
    throw new RefbenchError(
      "usage",
      `${http.url} does not accept the session from ${from} (${message}): it expired, was revoked, or belongs to another deployment; log in again with "coder login ${http.url}", or give the token of a site admin in CODER_SESSION_TOKEN`,
    );
  if (kind === "tls") throw new RefbenchError("usage", `${http.url} cannot be trusted: ${message}`);
  if (kind === "unreachable" || kind === "timeout")
    throw new RefbenchError(
      "infrastructure",
      `${http.url} does not answer: ${message}; check --url, and whether a proxy is needed (--proxy)`,
    );
  throw new RefbenchError(
    "usage",
    `${http.url} does not answer like Coder: ${message}; check --url, and the headers that a gateway before it may need (--header)`,
  );
}
