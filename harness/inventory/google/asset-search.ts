import type { InventoryItem } from "../../model/ports/inventory.ts";
import { PageWatch } from "../../tools/page-watch.ts";
import { run12, type RunId } from "../../model/run-id.ts";
import { isOfRun, readRunMark } from "../../model/cloud/run-mark.ts";
import type { CallGoogle } from "./api.ts";
import { COLLECTIONS } from "./kinds.ts";
import { missingPart } from "./partial.ts";
import { labelsAt, type Raw, textAt } from "./raw.ts";
import { list, record } from "./refusal.ts";

/** Types with their own list call, which is not an index and reports deletions at once. */
const LISTED: ReadonlySet<string> = new Set(COLLECTIONS.flatMap(({ assets }) => assets));

/** Types that are deleted with a listed resource, and the type of that resource. */
const INSIDE: Readonly<Record<string, string>> = {
  "container.googleapis.com/NodePool": "its cluster",
  "sqladmin.googleapis.com/Database": "its instance",
  "sqladmin.googleapis.com/User": "its instance",
  "sqladmin.googleapis.com/BackupRun": "its instance",
  "iam.googleapis.com/ServiceAccountKey": "its account",
  "secretmanager.googleapis.com/SecretVersion": "its secret",
  "dns.googleapis.com/ResourceRecordSet": "its zone",
  "compute.googleapis.com/InstanceSettings": "its project",
};

export interface Discovered {
  readonly items: readonly InventoryItem[];
  readonly problem?: string;
  readonly off?: boolean;
}

/**
 * Searches for kinds without a direct list call, by label and by name. The search is an index that is minutes behind:
 * it finds unexpected resources, and never proves that something is deleted.
 */
export async function searchAssets(
  call: CallGoogle,
  project: string,
  runId: RunId | undefined,
  signal: AbortSignal,
): Promise<Discovered> {
  const items: InventoryItem[] = [];
  const pages = new PageWatch();
  for (let pageToken = ""; ;) {
    const answer = await call(
      {
        api: "cloudAsset",
        method: "GET",
        path: `projects/${project}:searchAllResources`,
        query: { query: queryFor(runId), pageSize: "500", ...(pageToken === "" ? {} : { pageToken }) },
      },
      signal,
    );
    if (answer.state === "api-off") return { items, problem: answer.reason, off: true };
    if (answer.state !== "ok") return { items, problem: `${answer.state}: ${answer.reason}` };
    const missing = missingPart(answer.body);
    if (missing !== undefined) return { items, problem: missing };
    items.push(...list(answer.body["results"]).flatMap((raw) => itemsOf(record(raw), runId)));
    pageToken = textAt(answer.body, "nextPageToken") ?? "";
    if (pageToken === "") return { items };
    const endless = pages.next(pageToken);
    if (endless !== undefined) return { items, problem: endless };
  }
}

function queryFor(runId: RunId | undefined): string {
  return runId === undefined
    ? "labels.bench-run:* OR name:bench-*"
    : `labels.bench-run="${runId}" OR name:"bench-${run12(runId)}"`;
}

function itemsOf(raw: Raw, runId: RunId | undefined): readonly InventoryItem[] {
  const type = textAt(raw, "assetType") ?? "unknown";
  const name = textAt(raw, "name") ?? "";
  // Kubernetes objects are assets too, and are deleted with their cluster.
  if (LISTED.has(type) || type in INSIDE || /\/clusters\/[^/]+\/./.test(name)) return [];
  const labels = labelsAt(raw, "labels");
  const mark = readRunMark({ names: name.split(/[/:]/), labels });
  if (mark === undefined || !isOfRun(mark, runId)) return [];
  const location = textAt(raw, "location");
  const createdAt = textAt(raw, "createTime");
  const run = runId ?? mark.runId;
  return [
    {
      id: `cloudAsset:${name}`,
      kind: `asset:${type}`,
      name: textAt(raw, "displayName") ?? name.split("/").at(-1) ?? name,
      labels,
      ...(location === undefined ? {} : { location }),
      ...(run === undefined ? {} : { runId: run }),
      ...(mark.doubt === undefined ? {} : { doubtful: mark.doubt.reason }),
      ...(createdAt === undefined ? {} : { createdAt }),
    },
  ];
}
