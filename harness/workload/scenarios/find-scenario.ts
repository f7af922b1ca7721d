import type { CoderClient } from "../../coder/client.ts";
import type { LoadTask } from "../../model/ports/worker-task.ts";
import { type ScenarioName, scenarioRow, SCENARIOS } from "../../model/scenarios/scenarios.ts";
import { RefbenchError } from "../../tools/error.ts";
import { apps } from "./apps.ts";
import { autostart } from "./autostart.ts";
import { churn } from "./churn.ts";
import { dashboard } from "./dashboard.ts";
import { dynamicParameters } from "./dynamic-parameters.ts";
import { herd } from "./herd.ts";
import { mixed } from "./mixed.ts";
import { notifications } from "./notifications.ts";
import type { Scenario } from "./scenario.ts";
import { workspaces } from "./workspaces.ts";

/** Each scenario is a file in `scenarios/`. */
const SCENARIO: Partial<Record<ScenarioName, Scenario>> = {
  workspaces,
  herd,
  dashboard,
  apps,
  mixed,
  autostart,
  "dynamic-parameters": dynamicParameters,
  churn,
  notifications,
};

/** The scenario that the task names. */
export function getScenario({ scenario = "workspaces" }: LoadTask): Scenario {
  const found = SCENARIO[scenario];
  if (found !== undefined) return found;
  throw new RefbenchError("usage", `unknown scenario "${scenario}", expected one of ${SCENARIOS.join(", ")}`);
}

/** Throws `usage` if the scenario lacks its data, or if the deployment does not support it. */
export async function checkScenario(
  admin: CoderClient,
  task: LoadTask,
  organizationId: string,
): Promise<void> {
  const { scenario } = task;
  const { needs } = scenarioRow(scenario);
  if (needs !== undefined && task[needs] === undefined)
    throw new RefbenchError(
      "usage",
      `the scenario ${scenario} needs its data in the task's field "${needs}": add it`,
    );
  await getScenario(task).check?.(admin, { ...task, organizationId });
}
