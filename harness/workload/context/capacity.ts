import type { CoderClient } from "../../coder/client.ts";
import { type Answer, failedWith } from "../../coder/http/answer.ts";
import { accepts, type Tags, UNTAGGED } from "../../model/provisioner-tags.ts";
import { RefbenchError } from "../../tools/error.ts";
import { countOf } from "../../tools/count-text.ts";

/** Coder's name for the key of the daemons inside a replica. */
const BUILT_IN = "built-in";

/** Replicas of coderd and their provisioner daemons, as the deployment reports them. */
export interface BuildCapacity {
  readonly replicas: number;
  readonly daemons: number;
  /** How many of the daemons are external provisioners; absent if none is. */
  readonly external?: number;
}

/** The same, with the live daemons by the name of their key. */
export interface CountedCapacity extends BuildCapacity {
  readonly byKey: ReadonlyMap<string, number>;
}

/** Says in words how many daemons of which kind run the builds. */
export function describeProvisioners(
  daemons: number,
  { provisionerKey }: { readonly provisionerKey?: string | undefined },
): string {
  return countOf(daemons, provisionerKey === undefined ? "provisioner daemon" : "external provisioner");
}

/**
 * Counts live provisioner daemons and replicas. Replicas come from Coder's list if it has one (a licensed
 * build), else from the names of built-in daemons:
 * `<host of the replica>-<number>`. With a template's tags, only the daemons that run its builds count.
 */
export async function buildCapacity(
  admin: CoderClient,
  organizationId: string,
  tags?: Tags,
): Promise<Answer<CountedCapacity>> {
  const daemons = await admin.provisionerDaemons(organizationId);
  if (!daemons.ok) return daemons;
  const live = daemons.value
    .filter((daemon) => daemon.status !== "offline")
    // Versions of Coder that do not report a daemon's tags have daemons without.
    .filter((daemon) => tags === undefined || accepts(daemon.tags ?? UNTAGGED, tags));
  const byKey = new Map<string, number>();
  for (const { key_name: key } of live) byKey.set(key ?? BUILT_IN, (byKey.get(key ?? BUILT_IN) ?? 0) + 1);
  const builtIn = live.filter(({ key_name: key }) => (key ?? BUILT_IN) === BUILT_IN);
  const hosts = new Set(builtIn.map((daemon) => daemon.name.replace(/-\d+$/, "")));

  const listed = await admin.replicas();
  // Use the names only if the server has no list, or does not show it to this caller.
  if (!listed.ok && !failedWith(listed, 403, 404)) return listed;
  const replicas = listed.ok && listed.value.length > 0 ? listed.value.length : Math.max(1, hosts.size);
  return {
    ok: true,
    status: daemons.status,
    value: {
      replicas,
      daemons: live.length,
      ...(builtIn.length === live.length ? {} : { external: live.length - builtIn.length }),
      byKey,
    },
  };
}

/** The build capacity, or why the caller may not see it. */
export type ShownCapacity = BuildCapacity | { readonly unknown: string };

/**
 * The build capacity, before anything is created. A caller may not be allowed to see it (403, 404). Any other
 * failure throws `coder`: a failed listing does not mean that there are no provisioner daemons.
 */
export async function shownCapacity(
  admin: CoderClient,
  organizationId: string,
  tags?: Tags,
): Promise<ShownCapacity> {
  const capacity = await buildCapacity(admin, organizationId, tags);
  if (capacity.ok) {
    const { replicas, daemons, external } = capacity.value;
    return { replicas, daemons, ...(external === undefined ? {} : { external }) };
  }
  if (failedWith(capacity, 403, 404)) return { unknown: capacity.failure.message };
  throw new RefbenchError(
    "coder",
    `the build capacity cannot be read: ${capacity.failure.message}; nothing was created, retry once the deployment answers`,
  );
}

/**
 * The tags of a template's builds, which those of its workspaces get too; undefined if Coder does not report them.
 * Only daemons with all of them run its builds.
 */
export async function findBuildTags(admin: CoderClient, versionId: string): Promise<Tags | undefined> {
  const version = await admin.templateVersion(versionId);
  return version.ok ? (version.value.job.tags ?? undefined) : undefined;
}
