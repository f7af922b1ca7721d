import { judgeMoments, strongest, readingsAtLeast } from "../judge-moments.ts";
import { cannotJudge, type LimitRule } from "../rule.ts";
import { shown } from "../saturation.ts";

/** Ours: a single refused request is not a limit. */
const REFUSED_PER_SECOND = 0.2;

export const apiRateLimits: LimitRule = {
  id: "api-rate-limits",
  limit: "Coder's limits of API requests",
  condition: "coderd answers at least 0.2 requests a second with 429, or requests of the load failed by it",
  source: "Coder, CODER_API_RATE_LIMIT: 512 requests a minute for each user; one refusal in 5 s: ours",
  indicates: "Coder refuses requests, although it could carry more",
  advice: "raise CODER_API_RATE_LIMIT (-1 switches it off for a test), or spread the load over more users",
  confidence: "high",
  judge: (load) => {
    const failed = load.measurements.failures.filter((failure) => failure.class === "rate-limited");
    const judged = judgeMoments(load, {
      needs: "API requests answered with 429",
      read: (moment) =>
        strongest(
          readingsAtLeast(load, moment, {
            figure: "coderd.refused",
            least: REFUSED_PER_SECOND,
            words: ({ of, value }) =>
              `${of} answered ${shown(value)} requests a second with 429 (at least ${REFUSED_PER_SECOND})`,
          }),
        ),
    });
    if (judged.state === "judged" && judged.held.length > 0) return judged;
    const count = failed.reduce((sum, each) => sum + each.count, 0);
    if (count > 0 && load.moments.length > 0) {
      const evidence = {
        figure: "failures.rate-limited",
        value: count,
        words: `${count} requests of the load failed with 429`,
      };
      const failing = load.moments.filter(({ window }) => window.failures > 0);
      const among = failing.length > 0 ? failing : load.moments;
      const held = among.map((moment) => ({ moment, strength: 1, evidence }));
      return { state: "judged", held, among: among.length, isOfEvents: true };
    }
    // The load's own requests are of every kind that users make: none was refused.
    if (judged.state === "cannot-judge" && load.moments.length > 0)
      return { state: "judged", held: [], among: load.moments.length };
    return judged.state === "judged"
      ? judged
      : cannotJudge(judged.state === "cannot-judge" ? judged.why : "");
  },
};
