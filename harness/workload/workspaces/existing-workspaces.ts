import type { Workspace } from "../../coder/http/schemas.ts";
import { RefbenchError } from "../../tools/error.ts";
import { inTurns } from "../../tools/time/in-turns.ts";
import type { LoadTask } from "../../model/ports/worker-task.ts";
import { setAgent } from "./await-ready.ts";
import { listWorkspaces, requireList } from "../context/listing.ts";
import { type LoadContext, type LoadUser, type LoadWorkspace, setState } from "../context/load-context.ts";
import { lookAtAgents } from "./look-at-agents.ts";
import { visitWorkspace } from "../connections/visit-workspace.ts";

/** Creating tokens is not measured. */
const MINTED_AT_ONCE = 64;

type Selection = NonNullable<LoadTask["existing"]>;

/**
 * The existing, running workspaces by prefix, template and range, each with a token that the site admin
 * created for its user. Nothing else is created, and only those tokens are deleted.
 */
export async function findExisting(load: LoadContext, selection: Selection): Promise<LoadWorkspace[]> {
  load.board.activity = "looking for workspaces";
  const listed = requireList(await listWorkspaces(load.admin), "workspaces");
  const selected = listed.filter((workspace) => isSelected(workspace, selection));
  const { part } = load.task;
  const inRange = selected
    .slice(selection.from ?? 0, selection.to ?? selected.length)
    .filter((_, index) => part === undefined || index % part.of === part.index);
  const running = inRange.filter(isRunning);
  if (running.length === 0) throw new RefbenchError("usage", explainNothingFound(selection, listed, inRange));
  if (running.length < inRange.length)
    load.note(`${inRange.length - running.length} of ${inRange.length} workspaces are not running: skipped`);
  load.board.expect(running.length);

  const users = await mintForUsers(load, running);
  return running.map((found) => {
    const workspace: LoadWorkspace = {
      name: found.name,
      user: users.get(found.owner_id) ?? { id: found.owner_id, username: "", token: "", isOurs: false },
      state: "waiting",
      id: found.id,
      succeeded: false,
      isMeasured: false,
    };
    const look = lookAtAgents(load, found, { isMeasured: false });
    if (workspace.user.token === "" || look.state !== "ready" || look.agentId === undefined) {
      if (look.state !== "ready") {
        const message = look.state === "failed" ? look.message : (look.seen ?? "its agent is not ready");
        load.failures.add("agent-timeout", "workspace-ready", message);
      }
      setState(load, workspace, "failed");
    } else {
      setAgent(workspace, look);
      setState(load, workspace, "ready");
    }
    return workspace;
  });
}

/** Reaches one existing workspace. One that is not ready has already failed. */
export async function visitExisting(load: LoadContext, workspace: LoadWorkspace): Promise<void> {
  if (load.signal.aborted || workspace.agentId === undefined) return;
  workspace.succeeded = await visitWorkspace(load, workspace);
}

function isSelected(workspace: Workspace, { namePrefix, template }: Selection): boolean {
  const isNamed = workspace.name.startsWith(namePrefix) || workspace.owner_name.startsWith(namePrefix);
  return isNamed && (template === undefined || workspace.template_name === template);
}

function isRunning({ latest_build: build }: Workspace): boolean {
  return build.transition === "start" && build.job.status === "succeeded";
}

async function mintForUsers(
  load: LoadContext,
  workspaces: readonly Workspace[],
): Promise<Map<string, LoadUser>> {
  const names = new Map(workspaces.map(({ owner_id, owner_name }) => [owner_id, owner_name]));
  const users = await inTurns([...names], MINTED_AT_ONCE, async ([id, username]) => {
    const token = await load.tokens.mint(load.admin, id);
    if (!token.ok) load.failures.addAnswer("user-create", "create-user", token.failure);
    load.board.users++;
    return [id, { id, username, token: token.ok ? token.value : "", isOurs: false }] as const;
  });
  return new Map(users);
}

function explainNothingFound(
  { namePrefix, template }: Selection,
  all: readonly Workspace[],
  inRange: readonly Workspace[],
): string {
  const of = template === undefined ? "" : ` of template ${template}`;
  const next =
    inRange.length > 0
      ? `${inRange.length} match, but none of them is running: start them first`
      : `${all.length} workspaces exist; check prefix, template and range`;
  return `no running workspace${of} has a name or a user that starts with "${namePrefix}": ${next}`;
}
