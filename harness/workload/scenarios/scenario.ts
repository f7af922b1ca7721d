import type { LoadResult } from "../../model/record/worker-result.ts";
import type { LoadContext, LoadWorkspace } from "../context/load-context.ts";

/** What a load does with its ready workspaces, before connections are held to them, and what the result says of it. */
export type Scenario = (
  load: LoadContext,
  ready: readonly LoadWorkspace[],
) => Promise<Pick<LoadResult, "apps">>;
