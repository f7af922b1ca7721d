import { listFolder } from "../tools/files/local-files.ts";
import type { RunFolder } from "./folder/run-folder.ts";
import { CLUSTER_STACK } from "./stages/stack-terraform.ts";

/**
 * The stacks found as folders, for when their order is lost. Sorted so that a stack inside a cluster comes
 * last.
 */
export async function listStacks(folder: RunFolder): Promise<readonly string[]> {
  const found = await listFolder(folder.terraform);
  const names = found.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  return names.sort((a, b) => Number(a.endsWith(CLUSTER_STACK)) - Number(b.endsWith(CLUSTER_STACK)));
}

/** Whether Terraform ever ran in the folder, whatever the journal says. A running one may create more. */
export async function wasTouched(directory: string): Promise<boolean> {
  const found = await listFolder(directory);
  return found.some(({ name }) => name === ".terraform" || name.startsWith("terraform.tfstate"));
}
