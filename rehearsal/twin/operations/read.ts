import type { Values } from "../values/value.ts";
import type { Asked, Cloud } from "../cloud/cloud.ts";
import { contextOf, labelsOf } from "./create.ts";
import { injectFault } from "../cloud/fault-injection.ts";
import { CloudError } from "../cloud/cloud-error.ts";
import { identifyTwin } from "../cloud/identity.ts";
import { waitMs } from "../cloud/wait.ts";

/** Whether a resource of Terraform's state still exists in its cloud. */
export async function read(
  cloud: Cloud,
  asked: Asked,
  state: Values,
  key: string | undefined,
): Promise<boolean> {
  const identity = identifyTwin(asked.type, asked.overlay, state, contextOf(asked));
  const { slowMs, lostAnswer } = await injectFault(
    cloud,
    "read",
    asked.type,
    identity,
    labelsOf(asked, state),
  );
  await waitMs(slowMs, cloud.signal);
  if (lostAnswer !== undefined) throw new CloudError(lostAnswer);
  return (await cloud.store.get(key ?? identity.key)) !== undefined;
}
