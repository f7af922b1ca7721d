import { failedWith } from "../../coder/http/answer.ts";
import { listUsers, listWorkspaces } from "../context/listing.ts";
import { type LoadContext, type LoadUser, type LoadWorkspace, setState } from "../context/load-context.ts";
import { removeWorkspace } from "./remove-workspace.ts";
import { takeTurns } from "../context/take-turns.ts";

/** Deletes every workspace of the load, including failed ones and those whose creation got no answer. */
export async function deleteWorkspaces(
  load: LoadContext,
  workspaces: readonly LoadWorkspace[],
): Promise<void> {
  if (load.signal.aborted) return;
  load.board.activity = "deleting workspaces";
  await findLost(load, workspaces);
  await takeTurns(workspaces, load.task.cleanupConcurrency, async (workspace, dueMs) => {
    if (workspace.id === undefined || load.signal.aborted) return;
    const startedMs = performance.now();
    const outcome = await removeWorkspace(workspace.id, {
      owner: load.owner,
      poller: load.poller,
      pollPace: load.pollPace,
      timeoutMs: load.task.timeouts.deleteMs,
      signal: load.signal,
    });
    if (outcome.state === "left") load.failures.add("workspace-delete", "delete-workspace", outcome.reason);
    if (outcome.state !== "gone") return;
    load.latencies.record("delete-workspace", { dueMs, startedMs, endMs: performance.now() });
    setState(load, workspace, "deleted");
  });
}

/**
 * Deletes the users that the load made, including those whose creation got no answer. Returns the ids of
 * deleted users.
 */
export async function deleteUsers(load: LoadContext, users: readonly LoadUser[]): Promise<Set<string>> {
  const deleted = new Set<string>();
  if (load.signal.aborted) return deleted;
  load.board.activity = "deleting users";
  const ours = [...users, ...(await findLostUsers(load, users))].filter(({ isOurs }) => isOurs);
  await takeTurns(ours, load.task.cleanupConcurrency, async (user, dueMs) => {
    if (load.signal.aborted) return;
    const startedMs = performance.now();
    const answer = await load.owner.deleteUser(user.id);
    if (!answer.ok && !failedWith(answer, 404)) {
      load.failures.addAnswer("user-delete", "delete-user", answer.failure);
      return;
    }
    load.latencies.record("delete-user", { dueMs, startedMs, endMs: performance.now() });
    deleted.add(user.id);
  });
  return deleted;
}

/**
 * A creation without an answer may have made its workspace. If the listing fails, that counts as a failure.
 */
async function findLost(load: LoadContext, workspaces: readonly LoadWorkspace[]): Promise<void> {
  const lost = workspaces.filter(({ id, state }) => id === undefined && state === "failed");
  if (lost.length === 0) return;
  const listed = await listWorkspaces(load.owner.patient());
  if (!listed.ok) {
    const which = `${lost.length} workspaces of the load got no answer to their creation, and may exist`;
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
  const listed = await listUsers(load.owner.patient());
  if (!listed.ok) {
    const which = `${wanted - known.length} users of the load got no answer to their creation, and may exist`;
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
