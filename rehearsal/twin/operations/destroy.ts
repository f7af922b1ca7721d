import { render } from "../values/template.ts";
import type { Values } from "../values/value.ts";
import { valueAt } from "../values/walk.ts";
import { CONTROLLER_SECONDS } from "../controllers/seconds.ts";
import { scaledMs } from "../cloud/cloud.ts";
import type { Asked, Cloud } from "../cloud/cloud.ts";
import { CloudError, cloudWords } from "../cloud/cloud-error.ts";
import { contextOf, labelsOf } from "./create.ts";
import { injectFault } from "../cloud/fault-injection.ts";
import { identifyTwin } from "../cloud/identity.ts";
import { removeTwinItem } from "../cloud/remove.ts";
import { waitMs } from "../cloud/wait.ts";

/** Deletes a resource as its cloud would; returns when it is gone, throws when the cloud refuses. */
export async function destroy(
  cloud: Cloud,
  asked: Asked,
  state: Values,
  key: string | undefined,
): Promise<void> {
  const { type, overlay } = asked;
  const identity = identifyTwin(type, overlay, state, contextOf(asked));
  const { protect } = overlay;
  if (protect !== undefined && valueAt(state, protect.at) === true)
    throw new CloudError(render(protect.message, state, identity.context));
  const { slowMs, lostAnswer } = await injectFault(cloud, "delete", type, identity, labelsOf(asked, state));
  if (overlay.abandonable === true && state["deletion_policy"] === "ABANDON") return;
  const ms = scaledMs(overlay.seconds.delete, cloud.settings) + slowMs;
  const removal = await removeTwinItem(cloud.store, key ?? identity.key, {
    ms,
    controllerMs: scaledMs(CONTROLLER_SECONDS, cloud.settings),
  });
  if (removal.state === "in-use")
    throw new CloudError(cloudWords(identity.kind).inUse(identity.path, removal.by));
  if (removal.state === "removed") {
    await waitMs(ms, cloud.signal);
    await forget(cloud, key ?? identity.key);
  }
  if (lostAnswer !== undefined) throw new CloudError(lostAnswer);
}

/** The wait may end a moment before the item's own time: an item that is reported to Terraform as gone must be gone. */
async function forget({ store }: Cloud, key: string): Promise<void> {
  await store.locked(async () => {
    const item = await store.get(key);
    if (item?.status === "deleting") await store.remove(key);
  });
}
