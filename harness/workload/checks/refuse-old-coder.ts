import type { CoderClient } from "../../coder/client.ts";
import { type ScenarioName, scenarioRow } from "../../model/scenarios/scenarios.ts";
import { RefbenchError } from "../../tools/error.ts";

/** Throws `usage`: this Coder does not have what a scenario measures. */
export async function refuseOldCoder(
  asking: CoderClient,
  scenario: ScenarioName,
  lacking: string,
): Promise<never> {
  const info = await asking.buildInfo();
  const version = info.ok ? ` ${info.value.version}` : "";
  throw new RefbenchError(
    "usage",
    `this Coder${version} has no ${lacking}, expected ${scenarioRow(scenario).versions}: upgrade Coder`,
  );
}
