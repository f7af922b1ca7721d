import { randomBytes } from "node:crypto";
import type { LoadContext, LoadUser } from "./load-context.ts";

/** Creates the shard's users, all due at once, each with a token of its own minted by the owner. */
export async function createUsers(load: LoadContext): Promise<LoadUser[]> {
  load.board.activity = "creating users";
  const { users, firstIndex } = load.task;
  const dueMs = performance.now();
  const created = await Promise.all(
    Array.from({ length: users }, (_, i) =>
      load.limits.requests.run(() => createUser(load, `${load.task.prefix}-${firstIndex + i}`, dueMs)),
    ),
  );
  return created.filter((user) => user !== undefined);
}

async function createUser(load: LoadContext, username: string, dueMs: number): Promise<LoadUser | undefined> {
  if (load.signal.aborted) return undefined;
  const startedMs = performance.now();
  const user = await load.owner.createUser({
    username,
    email: `${username}@refbench.test`,
    password: `Aa1-${randomBytes(18).toString("base64url")}`,
    organizationId: load.organizationId,
  });
  if (!user.ok) {
    load.failures.addAnswer("user-create", "create-user", user.failure);
    return undefined;
  }
  load.latencies.record("create-user", { dueMs, startedMs, endMs: performance.now() });
  load.board.users++;
  const token = await load.owner.mintToken(user.value.id, "refbench");
  if (!token.ok) {
    load.failures.addAnswer("user-create", "create-user", token.failure);
    return { id: user.value.id, username, token: "" };
  }
  return { id: user.value.id, username, token: token.value.key };
}
