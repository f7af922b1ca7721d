import { isAlive } from "../../../harness/tools/process/local-process.ts";
import type { Cloud } from "../cloud/cloud.ts";
import type { Settled, Accepted } from "./settled.ts";
import { runnerOnAws, launchRunner } from "../programs/runner.ts";

/** A machine whose user data makes a user who may log in is a load runner. */
export async function settleAwsMachine(cloud: Cloud, { item, state }: Accepted): Promise<Settled> {
  const load = runnerOnAws(typeof state["user_data"] === "string" ? state["user_data"] : "");
  if (load === undefined || (item.process !== undefined && isAlive(item.process))) return { state, item: {} };
  const started = await launchRunner(cloud, item, load);
  return { state: { ...state, private_ip: started.runner.host }, item: started };
}
