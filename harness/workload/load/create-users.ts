import type { Answer, CoderFailure } from "../../coder/http/answer.ts";
import { RefbenchError } from "../../tools/error.ts";
import type { LoadContext, LoadUser } from "../context/load-context.ts";
import { listUsers } from "../context/listing.ts";
import { takeTurns } from "../context/take-turns.ts";
import { newPassword } from "../context/new-password.ts";

/** Matches refusals to create a user because the licence has no seat left. */
const NO_SEAT = /\b(licen[sc]e|seats?|user limit)\b/i;

/** The users of the load as its task says: only the caller, those of an earlier run, or new ones. */
export async function createUsers(load: LoadContext): Promise<LoadUser[]> {
  load.board.activity = "creating users";
  if (load.task.login === "host") return [await hostUser(load)];
  const known = load.task.reuseUsers === true ? await knownUsers(load) : new Map<string, string>();
  const { users, firstIndex } = load.task;
  const names = Array.from({ length: users }, (_, i) => `${load.task.prefix}-${firstIndex + i}`);
  const created = new Map<string, LoadUser>();
  await takeTurns(names, load.task.concurrency, async (username, dueMs) => {
    const id = known.get(username);
    const user = await (id === undefined ? createUser(load, username, dueMs) : reuseUser(load, username, id));
    if (user !== undefined) created.set(username, user);
  });
  return names.flatMap((username) => created.get(username) ?? []);
}

/** For a load whose workspaces all belong to the caller: no user is created or deleted. */
async function hostUser(load: LoadContext): Promise<LoadUser> {
  const me = await load.admin.me();
  if (!me.ok) throw new RefbenchError("coder", `the caller's own user cannot be used: ${me.failure.message}`);
  load.board.users = 1;
  return { id: me.value.id, username: me.value.username, token: load.task.token, isOurs: false };
}

async function knownUsers(load: LoadContext): Promise<Map<string, string>> {
  const listed = await listUsers(load.admin);
  if (!listed.ok)
    throw new RefbenchError(
      "coder",
      `the users of earlier runs cannot be listed: ${listed.failure.message}; without --reuse-users the load creates new ones`,
    );
  const ours = listed.value.filter(({ username }) => username.startsWith(`${load.task.prefix}-`));
  const suspended = ours.filter(({ status }) => status === "suspended").map(({ username }) => username);
  if (suspended.length > 0)
    throw new RefbenchError(
      "usage",
      `users of the earlier run are suspended (${suspended.slice(0, 5).join(", ")}), and Coder accepts no tokens of theirs: activate them, or omit --reuse-users`,
    );
  return new Map(ours.map(({ username, id }) => [username, id]));
}

async function reuseUser(load: LoadContext, username: string, id: string): Promise<LoadUser | undefined> {
  if (load.signal.aborted) return undefined;
  // The password of an earlier run's user is unknown, so its token is created whatever `login` says.
  const token = await load.tokens.mint(load.admin, id);
  load.board.users++;
  if (!token.ok) load.failures.addAnswer("user-create", "create-user", token.failure);
  return { id, username, token: token.ok ? token.value : "", isOurs: false };
}

async function createUser(load: LoadContext, username: string, dueMs: number): Promise<LoadUser | undefined> {
  if (load.signal.aborted) return undefined;
  const startedMs = performance.now();
  const email = `${username}@refbench.test`;
  // Without logins no password is needed, so a deployment without passwords works too.
  const password = load.task.login === "login" ? newPassword() : undefined;
  const user = await load.admin.createUser({
    username,
    email,
    organizationId: load.organizationId,
    ...(password === undefined ? {} : { password }),
  });
  if (!user.ok) {
    recordRefusal(load, user.failure);
    return undefined;
  }
  load.latencies.record("create-user", { dueMs, startedMs, endMs: performance.now() });
  load.board.users++;
  const { id } = user.value;
  const isOurs = load.task.reuseUsers !== true;
  const token = await createToken(load, id, email, password);
  if (!token.ok) load.failures.addAnswer("user-create", "create-user", token.failure);
  return { id, username, token: token.ok ? token.value : "", isOurs };
}

async function createToken(
  load: LoadContext,
  id: string,
  email: string,
  password: string | undefined,
): Promise<Answer<string>> {
  if (password === undefined) return load.tokens.mint(load.admin, id);
  const login = await load.asUser("").login(email, password);
  if (!login.ok) return login;
  load.tokens.adopt(id, login.value.session_token);
  return { ...login, value: login.value.session_token };
}

function recordRefusal(load: LoadContext, failure: CoderFailure): void {
  const isSeat = failure.kind === "status" && failure.status !== 409 && NO_SEAT.test(failure.message);
  if (!isSeat) load.failures.addAnswer("user-create", "create-user", failure);
  else {
    const next = "free seats, or let the load use the caller's own user (--use-host-login)";
    load.failures.add("seats-exhausted", "create-user", `${failure.message}: ${next}`);
  }
}
