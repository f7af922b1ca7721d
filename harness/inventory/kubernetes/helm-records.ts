import { z } from "zod";
import { namePrefix, type RunId } from "../../model/run-id.ts";
import type { CallKubernetes } from "../../kubernetes/api.ts";

/** Helm keeps a Secret for each revision of a release, with its name and state as labels. */
const secrets = z.object({
  items: z.array(
    z.object({
      metadata: z.object({
        name: z.string(),
        namespace: z.string(),
        labels: z.record(z.string(), z.string()),
      }),
    }),
  ),
});

/** Selects Helm's records of releases that are not deployed. */
const UNFINISHED = "owner=helm,status notin (deployed,superseded,uninstalled)";

/**
 * Deletes the records of a run's unfinished releases and returns the releases' names. Without a record, Helm installs
 * again and adopts what a failed install left, because it has the release's name. Without a namespace, those of all
 * are searched.
 */
export async function forgetUnfinishedReleases(
  call: CallKubernetes,
  { runId, namespace }: { readonly runId: RunId; readonly namespace?: string },
  signal: AbortSignal,
): Promise<readonly string[]> {
  const query = new URLSearchParams({ labelSelector: UNFINISHED });
  const within = namespace === undefined ? "" : `/namespaces/${namespace}`;
  const answer = await call("GET", `/api/v1${within}/secrets?${query.toString()}`, signal);
  const parsed = answer.state === "ok" ? secrets.safeParse(answer.body) : undefined;
  if (parsed?.success !== true) return [];
  const own = parsed.data.items.filter(({ metadata }) =>
    metadata.labels["name"]?.startsWith(namePrefix(runId)),
  );
  for (const { metadata } of own)
    await call("DELETE", `/api/v1/namespaces/${metadata.namespace}/secrets/${metadata.name}`, signal);
  return [...new Set(own.map(({ metadata }) => metadata.labels["name"] ?? metadata.name))];
}
