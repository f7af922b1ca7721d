import { listFolder } from "../tools/files/local-files.ts";
import type { RunFolder } from "./folder/run-folder.ts";
import { CLUSTER_STACK } from "./stages/stack-terraform.ts";

/** The stacks as their folders tell them, when their order is lost: names sort the cloud before what lives in it. */
export async function stacksIn(folder: RunFolder): Promise<readonly string[]> {
  const found = await listFolder(folder.terraform);
  const names = found.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  return names.sort((a, b) => Number(a.endsWith(CLUSTER_STACK)) - Number(b.endsWith(CLUSTER_STACK)));
}

/** Whether terraform ever worked there, whatever became of the journal: one that still does may create more. */
export async function wasTouched(directory: string): Promise<boolean> {
  const found = await listFolder(directory);
  return found.some(({ name }) => name === ".terraform" || name.startsWith("terraform.tfstate"));
}
