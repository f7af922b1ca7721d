import type { IncomingMessage } from "node:http";
import type { EmulatedUser } from "../state/types.ts";
import { now } from "../state/world.ts";
import type { World } from "../state/world.ts";
import { problem } from "./reply.ts";
import type { Reply } from "./reply.ts";

const SIGNED_OUT = "You are signed out or your session has expired. Please sign in again to continue.";
const NAME = "coder_session_token";

/** The token of a request: header, cookie or query, in Coder's order of names. */
export function tokenOf(headers: IncomingMessage["headers"], query: URLSearchParams): string | undefined {
  const header = headers["coder-session-token"];
  if (typeof header === "string" && header !== "") return header;
  for (const part of (headers.cookie ?? "").split(";")) {
    const [name, value] = part.trim().split("=", 2);
    if (name === NAME && value) return decodeURIComponent(value);
  }
  const bearer = /^bearer (.+)$/i.exec(headers.authorization ?? "");
  return query.get(NAME) ?? bearer?.[1];
}

/** Returns the user of a token, or Coder's 401. */
export function authenticate(
  world: World,
  token: string | undefined,
): { user: EmulatedUser } | { refused: Reply } {
  if (token === undefined) return refuse('Cookie "coder_session_token" or query parameter must be provided.');
  const parts = token.split("-");
  const [id, secret] = parts;
  if (parts.length !== 2 || id === undefined) {
    return refuse(
      `Invalid API key format: incorrect amount of API key parts, expected 2 got ${parts.length}`,
    );
  }
  const key = world.keys.get(id);
  if (!key) return refuse("API key is invalid.");
  if (key.secret !== secret) return refuse("API key secret is invalid.");
  if (key.expiresAtMs < Date.now()) return refuse("API key expired.");
  const user = world.users.get(key.userId);
  if (!user) return refuse("API key is invalid.");
  if (user.status === "dormant") user.status = "active";
  user.lastSeenAt = now();
  return { user };
}

export function isOwner(user: EmulatedUser | undefined): boolean {
  return user?.roles.includes("owner") ?? false;
}

function refuse(detail: string): { refused: Reply } {
  return { refused: problem(401, SIGNED_OUT, { detail }) };
}
