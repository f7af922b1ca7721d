import { filled } from "../values/complete.ts";
import type { Values } from "../values/value.ts";
import { settle } from "../controllers/controllers.ts";
import { scaledMs } from "../cloud/cloud.ts";
import type { Asked, Cloud } from "../cloud/cloud.ts";
import { CloudError } from "../cloud/cloud-error.ts";
import { contextOf, labelsOf, refuse, storable } from "./create.ts";
import type { Created } from "./create.ts";
import { identifyTwin } from "../cloud/identity.ts";
import { waitMs } from "../cloud/wait.ts";

/** A change in place takes this share of a create's time: chosen. */
const SHARE_OF_CREATE = 0.1;

/** Changes a resource in place. */
export async function update(
  cloud: Cloud,
  asked: Asked,
  plan: Values,
  key: string | undefined,
): Promise<Created> {
  const identity = identifyTwin(asked.type, asked.overlay, plan, contextOf(asked));
  const state = filled(asked.schema, asked.overlay, plan, identity.context);
  const item = await cloud.store.get(key ?? identity.key);
  if (item === undefined) throw new CloudError(`${identity.path} does not exist any more`);
  refuse(asked.overlay, state, item.parent === undefined ? undefined : await cloud.store.get(item.parent));
  await waitMs(scaledMs(asked.overlay.seconds.create * SHARE_OF_CREATE, cloud.settings), cloud.signal);
  const settled = await settle(cloud, { asked, item, state, identity });
  await cloud.store.put({
    ...item,
    ...settled.item,
    labels: labelsOf(asked, settled.state),
    attributes: storable(asked, settled.state),
  });
  return { state: settled.state, key: item.key };
}
