import type { CoderClient } from "../coder/client.ts";
import type { Answer } from "../coder/answer.ts";

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
  const replicas = listed.ok && listed.value.length > 0 ? listed.value.length : Math.max(1, hosts.size);
  return { ok: true, status: daemons.status, value: { replicas, daemons: live.length } };
}
