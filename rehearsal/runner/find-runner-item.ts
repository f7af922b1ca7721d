import { join } from "node:path";
import { RefbenchError } from "../../harness/tools/error.ts";
import type { TwinItem } from "../inventory/item.ts";
import { openStore } from "../inventory/store.ts";

/** Kinds of items that can be a load runner. */
const KINDS = ["google_compute_instance", "aws_instance"];

/**
 * Returns what a machine of the twin reported about its SSH server, as a cloud's API would. The item's name is the text
 * behind the last slash of `machine`. Throws when no such load runner exists.
 */
export async function findRunnerItem(
  root: string,
  machine: string,
): Promise<NonNullable<TwinItem["runner"]>> {
  const name = machine.slice(machine.lastIndexOf("/") + 1);
  const items = await openStore(join(root, "inventory")).list(KINDS);
  const runner = items.find((item) => item.name === name)?.runner;
  if (runner === undefined) {
    throw new RefbenchError(
      "infrastructure",
      `no load runner ${machine} answers in the twin ${root}; expected a machine with the runner's metadata: look at refbench twin list`,
    );
  }
  return runner;
}
