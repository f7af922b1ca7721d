import type { Workspace } from "../../coder/http/schemas.ts";
import { RefbenchError } from "../../tools/error.ts";
import type { LoadTask } from "../../model/ports/worker-task.ts";
import { countUtilityConnections } from "./arguments.ts";
import type { UtilityThings } from "./find-made.ts";

/** Which of the listed workspaces get a connection: the utility takes a range of the listing, not names. */
export interface ConnectionRange {
  readonly from: number;
  readonly to: number;
  readonly asked: number;
}

/** Throws, before anything is created, if the connections would also reach other people's workspaces. */
export function planConnections(
  task: LoadTask,
  before: UtilityThings,
): { chooseRange(listed: readonly Workspace[], made?: UtilityThings): ConnectionRange } {
  const { existing, connections } = task;
  if (existing !== undefined) return { chooseRange: (listed) => findExistingRange(task, listed) };
  if (connections.total > 0 && before.workspaces.length > 0)
    throw new RefbenchError(
      "usage",
      `${before.workspaces.length} workspaces named scaletest-… already exist, such as ${before.workspaces[0]?.name ?? ""}: Coder's utility would send its traffic to them too; delete them ("refbench scaletest cleanup --coder-scaletest" if nobody needs them), or use --connections 0`,
    );
  return {
    chooseRange: (listed, made) => {
      const ours = new Set(made?.workspaces.map(({ id }) => id));
      const asked = countUtilityConnections(task, task.workspaces);
      const others = listed.filter(({ id }) => !ours.has(id)).length;
      if (asked > 0 && others > 0)
        throw new RefbenchError(
          "coder",
          `another run of Coder's utility created ${others} workspaces meanwhile, and the traffic would reach them too: run this again once the other has ended`,
        );
      return { from: 0, to: Math.min(asked, ours.size), asked };
    },
  };
}

function findExistingRange(task: LoadTask, listed: readonly Workspace[]): ConnectionRange {
  const { from = 0, to = listed.length } = task.existing ?? {};
  const end = Math.min(to, listed.length, from + task.connections.total);
  if (end <= from)
    throw new RefbenchError(
      "usage",
      `there are ${listed.length} workspaces named scaletest-…, none of them from number ${from} on: create some first ("refbench scaletest create-workspaces --engine coder --no-cleanup")`,
    );
  return { from, to: end, asked: countUtilityConnections(task, end - from) };
}
