import type { CoderClient } from "../../coder/client.ts";
import type { LoadTask } from "../../model/ports/worker-task.ts";
import type { LoadResult } from "../../model/record/worker-result.ts";
import type { LoadContext, LoadUser, LoadWorkspace } from "../context/load-context.ts";

/** The task of a load whose organization is known. */
export type PlacedTask = LoadTask & { readonly organizationId: string };

/** The work of a load on its ready workspaces before it holds connections to them. */
export interface Scenario {
  /** Returns its part of the result. */
  run(
    load: LoadContext,
    ready: readonly LoadWorkspace[],
    users: readonly LoadUser[],
  ): Promise<Pick<LoadResult, "apps" | "mixed" | "churn">>;
  /** Throws `usage`, before anything is created, if the deployment cannot carry it. */
  check?(admin: CoderClient, task: PlacedTask): Promise<void>;
}
