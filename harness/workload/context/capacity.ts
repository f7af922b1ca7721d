import type { CoderClient } from "../../coder/client.ts";
import { type Answer, failedWith } from "../../coder/http/answer.ts";
import { RefbenchError } from "../../tools/error.ts";

/** What builds: replicas of coderd and their provisioner daemons, as the deployment itself reports them. */
export interface BuildCapacity {
  readonly replicas: number;
  readonly daemons: number;
}

/**
 * Counts live provisioner daemons, and replicas: from Coder's list where it has one (a licensed build), else from
 * the daemons' names, which are `<host of the replica>-<number>`.
 */
export async function buildCapacity(
  owner: CoderClient,
  organizationId: string,
): Promise<Answer<BuildCapacity>> {
  const daemons = await owner.provisionerDaemons(organizationId);
  if (!daemons.ok) return daemons;
  const live = daemons.value.filter((daemon) => daemon.status !== "offline");
  const hosts = new Set(live.map((daemon) => daemon.name.replace(/-\d+$/, "")));

  const listed = await owner.replicas();
  // Only a server without the list, or one that does not show it to this caller, leaves it to the names.
  if (!listed.ok && !failedWith(listed, 403, 404)) return listed;
  const replicas = listed.ok && listed.value.length > 0 ? listed.value.length : Math.max(1, hosts.size);
  return { ok: true, status: daemons.status, value: { replicas, daemons: live.length } };
}

/** What builds, or why the caller is not shown it. */
export type ShownCapacity = BuildCapacity | { readonly unknown: string };

/**
 * The build capacity, before anything is created. A caller may not be shown it (403, 404); any other failure is thrown
 * as `coder`: a listing that failed does not mean that there are no provisioner daemons.
 */
export async function shownCapacity(owner: CoderClient, organizationId: string): Promise<ShownCapacity> {
  const capacity = await buildCapacity(owner, organizationId);
  if (capacity.ok) return capacity.value;
  if (failedWith(capacity, 403, 404)) return { unknown: capacity.failure.message };
  throw new RefbenchError(
    "coder",
    `how many builds can run at once cannot be asked: ${capacity.failure.message}; nothing was created, try again once the deployment answers`,
  );
}
