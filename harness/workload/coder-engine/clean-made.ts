import { setMaxListeners } from "node:events";
import { CoderClient } from "../../coder/client.ts";
import type { ForeignEngine } from "../../model/record/engine.ts";
import { messageOf } from "../../tools/error.ts";
import { deleteUsers, deleteWorkspaces } from "../removal/delete-all.ts";
import { nameUsers, nameWorkspaces } from "../removal/left-behind.ts";
import type { LoadContext, LoadWorkspace, TaskContext } from "../context/load-context.ts";
import type { CoderEngineOptions } from "./utility-calls.ts";
import { listUtilityThings, type UtilityThings } from "./find-made.ts";
import { madeUsers } from "./measure-made.ts";
import { countOf } from "../../tools/count-text.ts";

/** Time limit for a whole cleanup. After a stop, somebody waits for it. */
const CLEANUP_MS = { ended: 30 * 60_000, stopped: 5 * 60_000 };
const NAMED = 5;

/** The result of cleaning up what the utility made. */
export interface CleanupResult {
  readonly deletedUsers: number;
  readonly left: ForeignEngine["left"];
}

/** Cleans up what one load's utility made, with a client that outlives the load's stop. */
export function cleanMade(
  load: LoadContext,
  context: TaskContext,
  { leave }: Pick<CoderEngineOptions, "leave">,
): {
  readonly admin: CoderClient;
  /** Deletes workspaces, then users. `left` lists what a final listing still shows. */
  clean(made: UtilityThings, workspaces: readonly LoadWorkspace[]): Promise<CleanupResult>;
} {
  const given = new AbortController();
  const signal = leave === undefined ? given.signal : AbortSignal.any([given.signal, leave]);
  // Hundreds of waits listen to it.
  setMaxListeners(0, signal);
  const admin = new CoderClient(
    load.admin.http,
    { token: load.task.token, isSiteAdmin: true },
    signal,
  ).patient();
  const ending = { ...load, admin, poller: admin, signal };
  return {
    admin,
    clean: async (made, workspaces) => {
      if (load.task.keep === true) {
        load.note(`kept as requested: ${describeThings(made)}`);
        return { deletedUsers: 0, left: [] };
      }
      const limitMs = context.signal.aborted ? CLEANUP_MS.stopped : CLEANUP_MS.ended;
      const timer = setTimeout(() => given.abort(new Error("the cleanup took too long")), limitMs);
      try {
        await deleteWorkspaces(ending, workspaces);
        const deleted = await deleteUsers(ending, madeUsers(made));
        const left = await findRemaining(made, workspaces, { admin, deleted });
        if (left.length > 0)
          load.note(
            `${left.length} remaining of ${describeThings(made)}; "refbench scaletest cleanup --coder-scaletest" deletes everything that Coder's utility ever made, including other people's`,
          );
        return { deletedUsers: deleted.size, left };
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

async function findRemaining(
  made: UtilityThings,
  workspaces: readonly LoadWorkspace[],
  { admin, deleted }: { readonly admin: CoderClient; readonly deleted: ReadonlySet<string> },
): Promise<ForeignEngine["left"]> {
  const gone = new Set(workspaces.flatMap(({ id, state }) => (state === "deleted" && id ? [id] : [])));
  const isGone = ({ id }: { readonly id: string }): boolean => gone.has(id) || deleted.has(id);
  const doubtful = {
    workspaces: made.workspaces.filter((one) => !isGone(one)),
    users: made.users.filter((one) => !isGone(one)),
  };
  if (doubtful.workspaces.length + doubtful.users.length === 0) return [];
  const listed = await listUtilityThings(admin).catch((error: unknown) => ({ problem: messageOf(error) }));
  const reason =
    "problem" in listed ? `not known to be gone: ${listed.problem}` : "still listed after its delete";
  const isLeft = ({ id }: { readonly id: string }): boolean =>
    "problem" in listed || [...listed.workspaces, ...listed.users].some((one) => one.id === id);
  return [
    ...nameWorkspaces(doubtful.workspaces.filter(isLeft), () => reason),
    ...nameUsers(doubtful.users.filter(isLeft), () => reason),
  ];
}

function describeThings({ workspaces, users }: UtilityThings): string {
  const names = workspaces.slice(0, NAMED).map(({ name, owner_name: owner }) => `${owner}/${name}`);
  const more = workspaces.length > NAMED ? ", …" : "";
  return `${countOf(workspaces.length, "workspace")} (${names.join(", ")}${more}) and ${countOf(users.length, "user")}`;
}
