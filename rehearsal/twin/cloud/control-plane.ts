import type { TwinItem } from "../../inventory/item.ts";
import type { TwinStore } from "../../inventory/store.ts";
import { CloudError } from "./cloud-error.ts";

/** Attribute of a cluster's item: until when its API server does not answer, in milliseconds since the epoch. */
const AWAY_UNTIL = "api_away_until";

/** Helm's state of an install that did not end. */
export const PENDING = "pending-install";

/** Makes a cluster's API server not answer for some time. */
export async function takeControlPlaneAway(store: TwinStore, key: string, ms: number): Promise<void> {
  await store.locked(async () => {
    const cluster = await store.get(key);
    if (cluster === undefined) return;
    await store.put({ ...cluster, attributes: { ...cluster.attributes, [AWAY_UNTIL]: Date.now() + ms } });
  });
}

/** Returns whether a cluster's API server does not answer at this moment. */
export function isControlPlaneAway({ attributes }: TwinItem): boolean {
  return Number(attributes?.[AWAY_UNTIL] ?? 0) > Date.now();
}

/** Throws the error that a provider receives while the API server of a cluster does not answer. */
export function refuseWhileAway(cluster: TwinItem, url: string): void {
  if (!isControlPlaneAway(cluster)) return;
  throw new CloudError(`Get "${url}": dial tcp ${new URL(url).hostname}:443: connect: connection refused`);
}
