import { awaitReady } from "./await-ready.ts";
import { type LoadContext, type LoadUser, type LoadWorkspace, setState } from "./load-context.ts";
import { Limiter } from "./limiter.ts";
import { visitWorkspace } from "./visit-workspace.ts";

/** Takes every workspace from its creation through SSH and its command; `concurrency` of them at once, 0 = all. */
export async function runWorkspaces(load: LoadContext, workspaces: readonly LoadWorkspace[]): Promise<void> {
  load.board.activity = "creating workspaces";
  const slots = new Limiter(load.task.concurrency);
  const allDueMs = performance.now();
  await Promise.all(
    workspaces.map((workspace) =>
      slots.run(() => {
        // All at once: each is due at the start. Some at once: each is due when its turn comes, by that definition.
        const dueMs = load.task.concurrency === 0 ? allDueMs : performance.now();
        return runWorkspace(load, workspace, dueMs);
      }),
    ),
  );
}

/** The workspaces of the shard, none of them created: workspace i belongs to user i mod users. */
export function plannedWorkspaces(load: LoadContext, users: readonly LoadUser[]): LoadWorkspace[] {
  const byName = new Map(users.map((user) => [user.username, user]));
  const { prefix, firstIndex } = load.task;
  return Array.from({ length: load.task.workspaces }, (_, i) => {
    const username = `${prefix}-${firstIndex + (i % load.task.users)}`;
    const user = byName.get(username) ?? { id: "", username, token: "" };
    return { name: `${prefix}-${firstIndex + i}`, user, state: "waiting", succeeded: false };
  });
}

async function runWorkspace(load: LoadContext, workspace: LoadWorkspace, dueMs: number): Promise<void> {
  if (load.signal.aborted) return;
  if (workspace.user.token === "") {
    load.failures.add("workspace-create", "create-workspace", "its user was not created");
    setState(load, workspace, "failed");
    return;
  }
  if (!(await create(load, workspace, dueMs))) return;
  if (!(await awaitReady(load, workspace))) return;
  load.latencies.record("workspace-ready", {
    dueMs,
    startedMs: workspace.createdMs ?? dueMs,
    endMs: performance.now(),
  });
  workspace.succeeded = await visitWorkspace(load, workspace);
}

async function create(load: LoadContext, workspace: LoadWorkspace, dueMs: number): Promise<boolean> {
  return load.limits.requests.run(async () => {
    if (load.signal.aborted) return false;
    const startedMs = performance.now();
    const created = await load.asUser(workspace.user.token).createWorkspace(workspace.user.id, {
      templateId: load.templateId,
      name: workspace.name,
      parameters: load.task.parameters,
      ttlMs: load.task.workspaceTtlMs,
    });
    if (!created.ok) {
      load.failures.addAnswer("workspace-create", "create-workspace", created.failure);
      if (created.failure.kind !== "aborted") setState(load, workspace, "failed");
      return false;
    }
    load.latencies.record("create-workspace", { dueMs, startedMs, endMs: performance.now() });
    workspace.createdMs = startedMs;
    workspace.id = created.value.id;
    setState(load, workspace, "queued");
    return true;
  });
}
