import type { Values } from "../plugin/value.ts";
import type { Asked, Cloud } from "./cloud.ts";
import { contextOf, labelsOf } from "./create.ts";
import { injectFault } from "./fault-injection.ts";
import { identify } from "./identity.ts";

/** Whether a resource of Terraform's state still exists in its cloud. */
export async function read(
  cloud: Cloud,
  asked: Asked,
  state: Values,
  key: string | undefined,
): Promise<boolean> {
  const identity = identify(asked.type, asked.overlay, state, contextOf(asked));
  await injectFault(cloud, "read", asked.type, identity, labelsOf(asked, state));
  return (await cloud.store.get(key ?? identity.key)) !== undefined;
}
