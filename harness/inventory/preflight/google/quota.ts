import { needOf, needWords } from "../../../../reference-architectures/quota/need.ts";
import { googleQuotas } from "../../../../reference-architectures/quota/quota.ts";
import { list, record } from "../../google/refusal.ts";
import { type Check, failedCheck, passed, unknown } from "../check.ts";

import type { GoogleContext } from "./context.ts";

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
    for (const { metric, of, need: wanted } of googleQuotas(need)) {
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
