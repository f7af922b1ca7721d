import type { Clock } from "../../../tools/time/clock.ts";
import type { InventoryItem, RemoveOutcome } from "../../../model/ports/inventory.ts";
import { refuseRemoval } from "../../../model/cloud/run-mark.ts";
import type { CallGoogle, GoogleCall } from "../api.ts";
import type { GoogleApiName } from "../endpoints.ts";
import { removeGrant } from "../grants.ts";
import { GOOGLE_KINDS, GRANT, PEERING } from "../kinds.ts";
import { awaitOperation } from "./operation.ts";
import { removeOutcomeOf } from "./outcome.ts";
import { emptyZone } from "./zone-records.ts";

export interface GoogleRemoveOptions {
  readonly call: CallGoogle;
  readonly clock: Clock;
  readonly project: string;
}

/** Deletes one item and waits until it is gone. */
export async function removeGoogleItem(
  options: GoogleRemoveOptions,
  item: InventoryItem,
  signal: AbortSignal,
): Promise<RemoveOutcome> {
  const { call, project } = options;
  const refused = refuse(project, item);
  if (refused !== undefined) return { state: "denied", reason: refused };
  if (item.kind === GRANT) return removeGrant(call, project, item.id, signal);
  const { api, path, peering } = parse(item.id);
  if (item.kind === "google_dns_managed_zone") {
    const emptied = await emptyZone(call, path, signal);
    if (emptied !== undefined) return emptied;
  }
  const deletion: GoogleCall =
    item.kind === PEERING
      ? { api, method: "POST", path: `${path}/removePeering`, body: { name: peering } }
      : { api, method: "DELETE", path };
  const answer = await call(deletion, signal);
  if (answer.state !== "ok") return removeOutcomeOf(answer);
  return awaitOperation(options, api, { path, answer: answer.body }, signal);
}

/** Returns why an item must never be deleted; undefined if it may be. */
function refuse(project: string, item: InventoryItem): string | undefined {
  const refusal = refuseRemoval(item);
  if (refusal !== undefined) return refusal;
  if (!GOOGLE_KINDS.includes(item.kind)) {
    return `no delete is implemented for ${item.kind}: remove it manually, and add its kind to the inventory`;
  }
  const { path } = parse(item.id);
  return path === `projects/${project}` || path.startsWith(`projects/${project}/`)
    ? undefined
    : `${path} does not belong to project ${project}`;
}

function parse(id: string): {
  readonly api: GoogleApiName;
  readonly path: string;
  readonly peering?: string;
} {
  const colon = id.indexOf(":");
  const [path = "", peering] = id.slice(colon + 1).split("#");
  return {
    api: id.slice(0, colon) as GoogleApiName,
    path,
    ...(peering === undefined ? {} : { peering }),
  };
}
