import { RefbenchError } from "../model/error.ts";
import type { LoadTask, SCENARIOS } from "../model/shard.ts";
import type { LoadContext, LoadWorkspace } from "./load-context.ts";

/** What a load does with its ready workspaces, before connections are held to them. */
export type Scenario = (load: LoadContext, ready: readonly LoadWorkspace[]) => Promise<void>;

/** Each a file of its own in `scenarios/`; creating and connecting is all that `workspaces` does. */
const SCENARIO: Partial<Record<(typeof SCENARIOS)[number], Scenario>> = {
  workspaces: () => Promise.resolve(),
};

/** The scenario that the task names. */
export function getScenario({ scenario = "workspaces" }: LoadTask): Scenario {
  const found = SCENARIO[scenario];
  if (found !== undefined) return found;
  const known = Object.keys(SCENARIO).join(", ");
  throw new RefbenchError("usage", `scenario "${scenario}" is not there yet, expected one of ${known}`);
}
