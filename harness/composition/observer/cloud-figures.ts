import { machineOf } from "../../../reference-architectures/machine-types.ts";
import { sdkClients } from "../../inventory/aws/clients.ts";
import type { GoogleInventoryOptions } from "../../inventory/google/inventory.ts";
import { readCloudMonitoring } from "../../inventory/measured/cloud-monitoring.ts";
import { type AwsThing, readCloudWatch } from "../../inventory/measured/cloud-watch.ts";
import type { Observer } from "../../model/ports/observer.ts";
import type { CloudPlan, Plan } from "../../pipeline/folder/plan.ts";
import type { RunFolder } from "../../pipeline/folder/run-folder.ts";
import { provisionResult } from "../../pipeline/stages/provision.ts";
import { readJson } from "../../tools/files/json-file.ts";
import { systemClock } from "../../tools/time/clock.ts";

type Afterwards = Required<Pick<Observer, "afterwards">>;

/** What Google measured of the run's database and machines. */
export function googleFigures(folder: RunFolder, options: GoogleInventoryOptions): Afterwards {
  return {
    afterwards: async (fromMs, toMs, signal) => {
      const { outputs, place } = await readJson(folder.result("provision"), provisionResult);
      const machines = [outputs.coder_machine, place?.runner_machine].filter((name) => name !== undefined);
      const things = { database: place?.database_instance, machines };
      return readCloudMonitoring(options, things, { fromMs, toMs }, signal);
    },
  };
}

/** What AWS measured of the run's database and load runner. */
export function awsFigures(
  folder: RunFolder,
  { size }: Pick<Plan, "size">,
  { region }: CloudPlan,
  env: NodeJS.ProcessEnv,
): Afterwards {
  return {
    afterwards: async (fromMs, toMs, signal) => {
      const { place } = await readJson(folder.result("provision"), provisionResult);
      const { runner_machine: runner, database_instance: database } = place ?? {};
      const options = { client: sdkClients(region, env), clock: systemClock };
      const things = {
        // A class of RDS has the resources of its machine type.
        database:
          database === undefined ? undefined : thing(database, size.database.tier.replace(/^db\./, "")),
        machines: runner === undefined ? [] : [thing(runner, size.machines.runner.machineType)],
      };
      return readCloudWatch(options, things, { fromMs, toMs }, signal);
    },
  };
}

function thing(id: string, machineType: string): AwsThing {
  const { cores, memoryGib } = machineOf(machineType);
  return { id, cores, memoryBytes: memoryGib * 2 ** 30 };
}
