import { failedWith } from "../../coder/http/answer.ts";
import { CoderClient } from "../../coder/client.ts";
import type { CoderHttp } from "../../coder/http/http.ts";
import type { User } from "../../coder/http/schemas.ts";
import { RefbenchError } from "../../tools/error.ts";

/** Who asks a deployment, and as whom it then answers. */
export interface GuardedCaller {
  readonly client: CoderClient;
  readonly user: User;
  /** Owners see everybody's workspaces, may mint tokens, and are not rate limited. */
  readonly isOwner: boolean;
  readonly token: string;
}

/** One lost connection is no reason to refuse; a wrong address is to be told soon. */
const GUARD_PATIENCE_MS = 3_000;

/** Finds out who the session is of, or refuses one that opens nothing. */
export async function getCaller(
  http: CoderHttp,
  session: { readonly token: string; readonly from: string },
  signal: AbortSignal,
): Promise<GuardedCaller> {
  const { token, from } = session;
  const me = await new CoderClient(http, { token, owner: false }, signal).patient(GUARD_PATIENCE_MS).me();
  if (me.ok) {
    const user = me.value;
    const isOwner = user.roles.some(({ name }) => name === "owner");
    const client = new CoderClient(http, { token, owner: isOwner }, signal).patient();
    return { client, user, isOwner, token };
  }
  const { kind, message } = me.failure;
  if (kind === "aborted") throw new RefbenchError("interrupted", "stopped before anything was created");
  if (failedWith(me, 401))
    throw new RefbenchError(
      "usage",
      `${http.url} does not take the session from ${from} (${message}): it expired, was revoked, or is another deployment's; log in again with "coder login ${http.url}", or give a token of an owner in CODER_SESSION_TOKEN`,
    );
  if (kind === "tls") throw new RefbenchError("usage", `${http.url} cannot be trusted: ${message}`);
  if (kind === "unreachable" || kind === "timeout")
    throw new RefbenchError(
      "infrastructure",
      `${http.url} does not answer: ${message}; check --url, and whether a proxy (--proxy) stands between`,
    );
  throw new RefbenchError(
    "usage",
    `${http.url} does not answer as Coder does: ${message}; check --url, and the headers (--header) that what stands before it may want`,
  );
}
