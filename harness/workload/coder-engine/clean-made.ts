import { setMaxListeners } from "node:events";
import { CoderClient } from "../../coder/client.ts";
import { deleteUsers, deleteWorkspaces } from "../delete-all.ts";
import type { LoadContext, LoadWorkspace, TaskContext } from "../load-context.ts";
import type { CoderEngineOptions } from "./engine.ts";
import type { UtilityThings } from "./find-made.ts";
import { madeUsers } from "./measure-made.ts";

/** For all of a cleanup; of a stopped load somebody waits for it. */
const CLEANUP_MS = { ended: 30 * 60_000, stopped: 5 * 60_000 };
const NAMED = 5;

/** The cleanup of just what one load's utility made, with a client that outlives the load's stop. */
export function cleanMade(
  load: LoadContext,
  context: TaskContext,
  { leave }: Pick<CoderEngineOptions, "leave">,
): {
  readonly owner: CoderClient;
  /** Deletes workspaces, then users; how many users are gone. */
  clean(made: UtilityThings, workspaces: readonly LoadWorkspace[]): Promise<number>;
} {
  const given = new AbortController();
  const signal = leave === undefined ? given.signal : AbortSignal.any([given.signal, leave]);
  // Hundreds of waits listen to it.
  setMaxListeners(0, signal);
  const owner = new CoderClient(load.owner.http, { token: load.task.token, owner: true }, signal);
  return {
    owner,
    clean: async (made, workspaces) => {
      const users = madeUsers(made);
      if (load.task.keep === true) {
        load.note(`kept as asked: ${namesOf(made)}`);
        return 0;
      }
      const limitMs = context.signal.aborted ? CLEANUP_MS.stopped : CLEANUP_MS.ended;
      const timer = setTimeout(() => given.abort(new Error("the cleanup took too long")), limitMs);
      try {
        const ending = { ...load, owner, signal };
        await deleteWorkspaces(ending, workspaces);
        const deleted = await deleteUsers(ending, users);
        const left =
          workspaces.filter(({ state }) => state !== "deleted").length + users.length - deleted.size;
        if (left > 0)
          load.note(
            `left behind of ${namesOf(made)}: ${left}; "refbench scaletest cleanup --coder-scaletest" deletes all that Coder's utility ever made, others' too`,
          );
        return deleted.size;
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

function namesOf({ workspaces, users }: UtilityThings): string {
  const names = workspaces.slice(0, NAMED).map(({ name, owner_name: owner }) => `${owner}/${name}`);
  const more = workspaces.length > NAMED ? ", …" : "";
  return `${workspaces.length} workspaces (${names.join(", ")}${more}) and ${users.length} users`;
}
