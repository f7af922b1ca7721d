import { drawGrid } from "../../results/table/grid.ts";
import { formatCount } from "../../tools/count-text.ts";
import type { PlanDocument, PlannedPermissions } from "./plan-document.ts";

/** The quota to ask for, or what the pods of the user's own cluster request. */
export function quotaSection({ quota, requests, region }: PlanDocument, width: number): readonly string[] {
  if (requests !== undefined) return requestLines(requests, width);
  const grid = drawGrid(
    {
      header: ["need", "quota", "of", "in words"],
      rows: quota.map(({ id, what, scope, need }) => [
        formatCount(need),
        id,
        scope === "region" ? region : "the project",
        what,
      ]),
      right: new Set([0]),
    },
    width,
  );
  return ["Quota to ask for, beside what is in use", ...grid.split("\n")];
}

function requestLines(requests: NonNullable<PlanDocument["requests"]>, width: number): readonly string[] {
  const cores = (millis: number): string => formatCount(millis / 1_000);
  const gib = (mib: number): string => (mib / 1_024).toFixed(1);
  const grid = drawGrid(
    {
      header: ["pods", "role", "cores each", "GiB each", "cores", "GiB", "on nodes"],
      rows: requests.map(({ role, pods, cpuMillis, memoryMib, apart }) => [
        formatCount(pods),
        role,
        cores(cpuMillis),
        gib(memoryMib),
        cores(pods * cpuMillis),
        gib(pods * memoryMib),
        apart ? "one each" : "any",
      ]),
      right: new Set([0, 2, 3, 4, 5]),
    },
    width,
  );
  return ["Requests of the pods, for which the nodes need room", ...grid.split("\n")];
}

/** What the deploying identity must be allowed. */
export function permissionSection({ permissions }: PlanDocument): readonly string[] {
  return ["Permissions of the identity that deploys and tears down", ...linesOf(permissions)];
}

function linesOf(permissions: PlannedPermissions): readonly string[] {
  switch (permissions.cloud) {
    case "google": {
      const { apis, deploy, reach, observe } = permissions;
      return [
        `  enabled APIs: ${apis.join(", ")}`,
        `  to deploy and tear down, as the preflight asks (a sample of each kind): ${grouped(deploy)}`,
        ...(reach.length === 0 ? [] : [`  to reach the load runner: ${reach.join(", ")}`]),
        `  for the record's figures of database and machines: ${observe.join(", ")}`,
      ];
    }
    case "aws":
      return [
        ...permissions.policies.map(({ why, names }) => `  ${why}: ${names.join(", ")}`),
        "  No preflight asks for them, and they were never tried against a real account.",
      ];
    case "kubernetes":
      return [
        "  In every namespace, as ClusterRole refbench of docs/own-cluster.md:",
        ...permissions.rules.map(rule),
        "  For the record's figures, as refbench-observe:",
        ...permissions.observing.map(rule),
      ];
  }
}

function rule({
  group,
  resources,
  verbs,
}: {
  group: string;
  resources: readonly string[];
  verbs: readonly string[];
}): string {
  const kinds = resources.map((name) => (group === "" ? name : `${name}.${group}`));
  return `    ${verbs.join(", ")}: ${kinds.join(", ")}`;
}

/** `compute.networks.create|delete, …`: the acts of one kind together. */
function grouped(names: readonly string[]): string {
  const acts = new Map<string, string[]>();
  for (const name of names) {
    const at = name.lastIndexOf(".");
    const kind = name.slice(0, at);
    acts.set(kind, [...(acts.get(kind) ?? []), name.slice(at + 1)]);
  }
  return [...acts].map(([kind, own]) => `${kind}.${own.join("|")}`).join(", ");
}
