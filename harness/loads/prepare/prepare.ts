import type { LoadTask } from "../../model/ports/worker-task.ts";
import { RefbenchError } from "../../tools/error.ts";
import type { DeploymentLook } from "../../workload/checks/guard-look.ts";
import type { TaskGround } from "../request/load-task.ts";
import type { Reach } from "./reach-deployment.ts";

/** A load that the deployment can carry. Nothing is created yet. */
export interface PreparedLoad {
  readonly look: DeploymentLook;
  readonly task: LoadTask;
  /** Notes. The load finds them again and reports them. */
  readonly notes: readonly string[];
}

/** Finds what the load needs on the deployment, and refuses what the deployment would refuse. Creates nothing. */
export type Prepare = (
  reach: Reach,
  ground: Omit<TaskGround, "deployment" | "organizationId" | "sharesMachine">,
  chooseDeployment: (
    look: DeploymentLook,
    isSshNeeded?: boolean,
  ) => Promise<Pick<TaskGround, "deployment" | "sharesMachine">>,
) => Promise<PreparedLoad>;

/** Throws `usage` for a session that may not create users. `isHost`: the load creates none. */
export function requireSiteAdmin({ caller }: Reach, isHost: boolean): void {
  if (caller.isSiteAdmin || isHost) return;
  throw new RefbenchError(
    "usage",
    `${caller.user.username} is not a site admin, but a load creates and deletes users: log in as a site admin (role owner), or own all workspaces yourself (--use-host-login)`,
  );
}
