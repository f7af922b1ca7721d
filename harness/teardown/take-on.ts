import { readFile } from "node:fs/promises";
import { isOwn, signPlan } from "../pipeline/folder/installation.ts";
import { readJson } from "../tools/files/json-file.ts";
import { planSchema } from "../pipeline/folder/plan.ts";
import type { RunFolder } from "../pipeline/folder/run-folder.ts";
import { refuseOtherCloud } from "../composition/refuse-other-cloud.ts";

/**
 * Accepts a folder that the user named and that another installation made: it was moved here. Refuses it if its
 * plan leads to other servers than this shell's variables, so that no folder decides where credentials are sent.
 */
export async function takeOn(folder: RunFolder, env: NodeJS.ProcessEnv): Promise<void> {
  if (isOwn(folder)) return;
  const { cloud } = await readJson(folder.plan, planSchema);
  if (cloud !== undefined) refuseOtherCloud(folder, cloud, env);
  signPlan(folder, await readFile(folder.plan, "utf8"));
}
