import { setMaxListeners } from "node:events";
import { CoderClient } from "../../coder/client.ts";
import { listUsers, listWorkspaces } from "../context/listing.ts";
import { type LoadContext, type LoadUser, type LoadWorkspace, setState } from "../context/load-context.ts";
import { removeTokens, removeUsers } from "./remove.ts";
import { removeWorkspaces } from "./remove-workspaces.ts";
import { countOf } from "../../tools/count-text.ts";

const TOKENS_AT_ONCE = 32;

/** Deletes every workspace of the load, including failed ones and those whose creation got no answer. */
export async function deleteWorkspaces(
  load: LoadContext,
  workspaces: readonly LoadWorkspace[],
): Promise<void> {
  if (load.signal.aborted) return;
  load.board.activity = "deleting workspaces";
  await findLost(load, workspaces);
  const existing = workspaces.filter(
    (one): one is LoadWorkspace & { readonly id: string } => one.id !== undefined,
  );
  await removeWorkspaces(existing, {
    client: load.admin,
    poller: load.poller,
    pollPace: load.pollPace,
    concurrency: load.task.cleanupConcurrency,
    timeoutMs: () => load.task.timeouts.deleteMs,
    signal: load.signal,
    onEnd: (workspace, removal, times) => {
      if (removal.state === "left") load.failures.add("workspace-delete", "delete-workspace", removal.reason);
      workspace.trace?.note("delete", times.startedMs, times.endMs, { isFailed: removal.state !== "gone" });
      if (removal.state !== "gone") return;
      load.latencies.record("delete-workspace", times);
      setState(load, workspace, "deleted");
    },
  });
}

/**
 * Deletes the users that the load made, including those whose creation got no answer. Returns the ids of
 * deleted users.
 */
export async function deleteUsers(
  load: LoadContext,
  users: readonly LoadUser[],
): Promise<ReadonlySet<string>> {
  if (load.signal.aborted) return new Set();
  load.board.activity = "deleting users";
  const ours = [...users, ...(await findLostUsers(load, users))].filter(({ isOurs }) => isOurs);
  const { gone } = await removeUsers(ours, {
    client: load.admin,
    concurrency: load.task.cleanupConcurrency,
    signal: load.signal,
    onEnd: (_, removal, times) => {
      if (removal.state === "gone") load.latencies.record("delete-user", times);
      else if (removal.state === "left" && removal.failure !== undefined)
        load.failures.addAnswer("user-delete", "delete-user", removal.failure);
    },
  });
  return gone;
}

/**
 * Deletes the load's tokens of these users, within `timeoutMs`, also after the load was stopped. Tokens that
 * could not be deleted are counted in a note.
 */
export async function deleteTokens(
  load: LoadContext,
  isTaken: (userId: string) => boolean,
  timeoutMs: number,
): Promise<void> {
  const signal = AbortSignal.timeout(timeoutMs);
  setMaxListeners(0, signal);
  const caller = { token: load.task.token, isSiteAdmin: true };
  const admin = new CoderClient(load.admin.http, caller, signal).patient();
  const tokens = load.tokens.take(isTaken);
  const { gone } = await removeTokens(tokens, { client: admin, concurrency: TOKENS_AT_ONCE, signal });
  const left = tokens.length - gone.size;
  if (left > 0)
    load.note(`${countOf(left, "token")} of this load could not be deleted; tokens expire automatically`);
}

/**
 * A creation without an answer may have made its workspace. If the listing fails, that counts as a failure.
 */
async function findLost(load: LoadContext, workspaces: readonly LoadWorkspace[]): Promise<void> {
  const lost = workspaces.filter(({ id, state }) => id === undefined && state === "failed");
  if (lost.length === 0) return;
  const listed = await listWorkspaces(load.admin.patient());
  if (!listed.ok) {
    const which = `${countOf(lost.length, "workspace")} of the load got no answer to their creation, and may exist`;
    load.failures.add("workspace-delete", "delete-workspace", `${which}: ${listed.failure.message}`);
    return;
  }
  const idOf = new Map(listed.value.map((workspace) => [workspace.name, workspace.id]));
  for (const workspace of lost) {
    const id = idOf.get(workspace.name);
    if (id !== undefined) workspace.id = id;
  }
}

/**
 * Users of the load that exist although their creation got no answer. If the listing fails, that counts as a
 * failure.
 */
async function findLostUsers(load: LoadContext, known: readonly LoadUser[]): Promise<readonly LoadUser[]> {
  const { login, reuseUsers, users: wanted } = load.task;
  if (login === "host" || reuseUsers === true || known.length === wanted || load.signal.aborted) return [];
  const listed = await listUsers(load.admin.patient());
  if (!listed.ok) {
    const which = `${countOf(wanted - known.length, "user")} of the load got no answer to their creation, and may exist`;
    load.failures.add("user-delete", "delete-user", `${which}: ${listed.failure.message}`);
    return [];
  }
  const knownNames = new Set(known.map(({ username }) => username));
  const own = new Set(
    Array.from({ length: load.task.users }, (_, i) => `${load.task.prefix}-${load.task.firstIndex + i}`),
  );
  return listed.value
    .filter(({ username }) => own.has(username) && !knownNames.has(username))
    .map(({ id, username }) => ({ id, username, token: "", isOurs: true }));
}
