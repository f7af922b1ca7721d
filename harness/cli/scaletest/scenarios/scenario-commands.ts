import { autostart } from "./autostart.ts";
import { churn } from "./churn.ts";
import { dynamicParameters } from "./dynamic-parameters.ts";
import { notifications } from "./notifications.ts";
import type { ScenarioCommand } from "./scenario-command.ts";

/** The scenarios that are commands of `scaletest`. */
export const SCENARIO_COMMANDS: readonly ScenarioCommand<never>[] = [
  autostart,
  dynamicParameters,
  notifications,
  churn,
];
