import { readFile } from "node:fs/promises";
import { isOwn, signPlan } from "../pipeline/folder/installation.ts";
import { readJson } from "../tools/files/json-file.ts";
import { planSchema } from "../pipeline/folder/plan.ts";
import type { RunFolder } from "../pipeline/folder/run-folder.ts";
import { refuseOtherCloud } from "../composition/refuse-other-cloud.ts";

/**
 * Accepts a folder that the user named and that another installation made, as one that was moved here. Refuses it
 * where its plan leads to other servers than this shell: those have to be given again by whoever has the credentials.
 */
export async function takeOn(folder: RunFolder, env: NodeJS.ProcessEnv): Promise<void> {
  if (isOwn(folder)) return;
  const { cloud } = await readJson(folder.plan, planSchema);
  if (cloud !== undefined) refuseOtherCloud(folder, cloud, env);
  signPlan(folder, await readFile(folder.plan, "utf8"));
}
