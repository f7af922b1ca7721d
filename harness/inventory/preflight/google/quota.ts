import { list, record } from "../../google/refusal.ts";
import { type Check, failedCheck, passed, unknown } from "../check.ts";
import { type Need, needOf, needWords } from "../need.ts";
import type { GoogleContext } from "./context.ts";

/** One Google quota, and how much of it an environment needs. */
export interface QuotaNeed {
  readonly metric: string;
  readonly of: "region" | "project";
  readonly need: number;
}

/** Families without their own quota share `CPUS`. */
const IN_CPUS: ReadonlySet<string> = new Set(["e2", "n1", "f1", "g1"]);

/** Resources that the stacks of every environment create besides machines. */
const GLOBAL_NEEDS: readonly QuotaNeed[] = [
  { metric: "NETWORKS", of: "project", need: 1 },
  { metric: "SUBNETWORKS", of: "project", need: 1 },
  { metric: "ROUTERS", of: "project", need: 1 },
  // Includes Google's own rules for a cluster and the load balancer's.
  { metric: "FIREWALLS", of: "project", need: 8 },
];

/** Converts the need into Google's metrics. */
export function quotaNeeds(need: Need): readonly QuotaNeed[] {
  const byMetric = new Map<string, number>();
  for (const [family, vcpus] of Object.entries(need.vcpus)) {
    const metric = IN_CPUS.has(family) ? "CPUS" : `${family.toUpperCase()}_CPUS`;
    byMetric.set(metric, (byMetric.get(metric) ?? 0) + vcpus);
  }
  const all = Object.values(need.vcpus).reduce((sum, vcpus) => sum + vcpus, 0);
  const regional = [
    ...byMetric,
    ["INSTANCES", need.instances],
    ["SSD_TOTAL_GB", need.ssdGib],
    ["DISKS_TOTAL_GB", need.standardGib],
    ["IN_USE_ADDRESSES", need.publicAddresses],
  ] as const;
  return [
    ...regional
      .filter(([, count]) => count > 0)
      .map(([metric, count]) => ({ metric, of: "region" as const, need: count })),
    { metric: "CPUS_ALL_REGIONS", of: "project", need: all },
    ...GLOBAL_NEEDS,
  ];
}

interface Quota {
  readonly limit: number;
  readonly usage: number;
}

/** Checks that the whole environment fits into the quotas, with the project's other use. */
export const googleQuotaCheck: Check<GoogleContext> = {
  name: "quota",
  fix: ({ project }) =>
    `request an increase at https://console.cloud.google.com/iam-admin/quotas?project=${project}, or use a smaller --size`,
  after: ["identity"],
  run: async ({ architecture, size, generators, project, call }, signal) => {
    const need = needOf(architecture, size.figures, generators);
    const [inRegion, inProject] = await Promise.all(
      [`projects/${project}/regions/${architecture.region}`, `projects/${project}`].map((path) =>
        call({ api: "compute", method: "GET", path }, signal),
      ),
    );
    if (inRegion?.state !== "ok" || inProject?.state !== "ok") {
      const reasons = [inRegion, inProject].map((answer) =>
        answer === undefined || answer.state === "ok" ? "" : answer.reason,
      );
      return unknown(`cannot read the quotas: ${reasons.filter(Boolean).join("; ")}`);
    }
    const quotas = { region: quotasIn(inRegion.body), project: quotasIn(inProject.body) };
    const short: string[] = [];
    const unlisted: string[] = [];
    for (const { metric, of, need: wanted } of quotaNeeds(need)) {
      const quota = quotas[of].get(metric);
      const where = of === "region" ? ` in ${architecture.region}` : "";
      if (quota === undefined) unlisted.push(metric);
      else if (quota.limit - quota.usage < wanted) {
        short.push(
          `${metric}${where}: ${wanted} needed, ${quota.limit - quota.usage} of ${quota.limit} free`,
        );
      }
    }
    if (short.length > 0) return failedCheck(short.join("; "));
    const enough = `room for ${needWords(need)}`;
    if (unlisted.length === 0) return passed(enough);
    return unknown(`${enough}, except that no quota is listed for ${unlisted.join(", ")}`);
  },
};

function quotasIn(body: Readonly<Record<string, unknown>>): ReadonlyMap<string, Quota> {
  return new Map(
    list(body["quotas"]).flatMap((entry): readonly (readonly [string, Quota])[] => {
      const { metric, limit, usage } = record(entry);
      if (typeof metric !== "string" || typeof limit !== "number") return [];
      return [[metric, { limit, usage: typeof usage === "number" ? usage : 0 }]];
    }),
  );
}
