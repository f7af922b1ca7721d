import type { LoadResult } from "../../model/record/worker-result.ts";
import type { LoadContext, LoadWorkspace } from "../context/load-context.ts";

/**
 * The work of a load on its ready workspaces before it holds connections to them. Returns its part of the
 * result.
 */
export type Scenario = (
  load: LoadContext,
  ready: readonly LoadWorkspace[],
) => Promise<Pick<LoadResult, "apps">>;
