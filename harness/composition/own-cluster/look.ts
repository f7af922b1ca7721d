import { z } from "zod";
import { isSelected, readNodes } from "../../inventory/kubernetes/shared/cluster-state.ts";
import { type CallKubernetes, kubernetesApi } from "../../kubernetes/api.ts";
import { RefbenchError } from "../../tools/error.ts";
import { systemClock } from "../../tools/time/clock.ts";
import type { OpenedCluster } from "./open.ts";
import type { OwnClusterRequest } from "../settings/own-cluster-request.ts";

/** What a run must know of its cluster before it is made. */
export interface OwnClusterFacts {
  /** The uid of the namespace kube-system: another cluster behind the same address has another one. */
  readonly uid: string;
  /** The number of nodes that accept the run's pods. */
  readonly nodes: number;
  /** The URL of the user's own Postgres. A secret. */
  readonly databaseUrl?: string;
}

/**
 * Asks a cluster what a run in it needs to know. Creates nothing.
 * @throws RefbenchError `usage` with the next step when the cluster does not answer, or denies a question
 */
export async function lookAtOwnCluster(
  { access, place }: OpenedCluster,
  { nodeSelector = {}, databaseUrlSecret }: OwnClusterRequest,
  signal: AbortSignal,
): Promise<OwnClusterFacts> {
  const call = kubernetesApi(access, systemClock);
  const where = `the cluster of context "${place.context}" (${place.server})`;
  const identity = await clusterUid(call, signal);
  if (identity.state === "unknown")
    throw new RefbenchError(
      "usage",
      `${where} cannot be identified by its namespace kube-system: ${identity.reason}; check the context with kubectl, or allow the verb get on that namespace`,
    );
  const { uid } = identity;
  const listing = await readNodes(call, signal);
  if (listing.state === "failed")
    throw new RefbenchError(
      "usage",
      `${where} does not list its nodes: ${listing.reason}; allow the verb list on nodes, or use another context`,
    );
  const selected = listing.items.filter((node) => isSelected(node, nodeSelector));
  const nodes = selected.filter(({ unusable }) => unusable === undefined).length;
  if (nodes === 0) {
    const labels = Object.entries(nodeSelector).map(([key, value]) => `${key}=${value}`);
    const wanted = labels.length === 0 ? "" : ` with ${labels.join(", ")}`;
    throw new RefbenchError(
      "usage",
      `${where} has no ready node${wanted} that accepts pods without tolerations (of ${selected.length} selected); choose others by --node-selector`,
    );
  }
  if (databaseUrlSecret === undefined) return { uid, nodes };
  return { uid, nodes, databaseUrl: await readDatabaseUrl(call, databaseUrlSecret, signal) };
}

const namespace = z.object({ metadata: z.object({ uid: z.string().min(1) }) });

/** Returns what identifies a cluster: the uid of its namespace kube-system, which every cluster has and none deletes. */
export async function clusterUid(
  call: CallKubernetes,
  signal: AbortSignal,
): Promise<
  { readonly state: "known"; readonly uid: string } | { readonly state: "unknown"; readonly reason: string }
> {
  const answer = await call("GET", "/api/v1/namespaces/kube-system", signal);
  if (answer.state !== "ok") return { state: "unknown", reason: answer.reason };
  const parsed = namespace.safeParse(answer.body);
  return parsed.success
    ? { state: "known", uid: parsed.data.metadata.uid }
    : { state: "unknown", reason: "the answer is not a namespace with a uid" };
}

const secret = z.object({ data: z.record(z.string(), z.string()).optional() });

/** No message has the value. */
async function readDatabaseUrl(
  call: CallKubernetes,
  { namespace: within, name, key }: NonNullable<OwnClusterRequest["databaseUrlSecret"]>,
  signal: AbortSignal,
): Promise<string> {
  const flag = `--database-url-secret is "${within}/${name}:${key}"`;
  const answer = await call("GET", `/api/v1/namespaces/${within}/secrets/${name}`, signal);
  if (answer.state !== "ok")
    throw new RefbenchError(
      "usage",
      `${flag}, which cannot be read: ${answer.reason}; create it, or allow the verb get on it`,
    );
  const encoded = secret.safeParse(answer.body).data?.data?.[key];
  if (encoded === undefined)
    throw new RefbenchError(
      "usage",
      `${flag}, but the Secret has no key ${key}: expected the URL of a Postgres there`,
    );
  const url = Buffer.from(encoded, "base64").toString().trim();
  if (/^postgres(ql)?:\/\/[^\s]+$/.test(url) && URL.canParse(url)) return url;
  throw new RefbenchError(
    "usage",
    `${flag}, whose value is not a URL such as postgres://user:password@host:5432/coder`,
  );
}
