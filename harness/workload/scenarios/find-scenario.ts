import type { CoderClient } from "../../coder/client.ts";
import type { LoadTask, SCENARIOS } from "../../model/ports/worker-task.ts";
import { RefbenchError } from "../../tools/error.ts";
import { findAppHosts } from "./app-hosts.ts";
import { apps } from "./apps.ts";
import { dashboard } from "./dashboard.ts";
import { herd } from "./herd.ts";
import type { Scenario } from "./scenario.ts";
import { workspaces } from "./workspaces.ts";

/** Each scenario is a file in `scenarios/`. */
const SCENARIO: Partial<Record<(typeof SCENARIOS)[number], Scenario>> = {
  workspaces,
  herd,
  dashboard,
  apps,
};

/** The scenario that the task names. */
export function getScenario({ scenario = "workspaces" }: LoadTask): Scenario {
  const found = SCENARIO[scenario];
  if (found !== undefined) return found;
  const known = Object.keys(SCENARIO).join(", ");
  throw new RefbenchError("usage", `unknown scenario "${scenario}", expected one of ${known}`);
}

/** The field with a scenario's own data; `herd` works without. */
const NEEDS = { dashboard: "dashboard", apps: "app" } as const;

/** Throws `usage` if the scenario lacks its data, or if the deployment does not support it. */
export async function checkScenario(admin: CoderClient, task: LoadTask): Promise<void> {
  const { scenario = "workspaces" } = task;
  const needed = scenario === "dashboard" || scenario === "apps" ? NEEDS[scenario] : undefined;
  if (needed !== undefined && task[needed] === undefined)
    throw new RefbenchError(
      "usage",
      `the scenario ${scenario} needs its data in the task's field "${needed}": add it`,
    );
  await findAppHosts(admin, task);
}
