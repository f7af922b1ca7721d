import jstat from "jstat";
import { lostPartSentence } from "../../model/record/parts.ts";
import type { ComparedLoad, FailedLoads } from "../../model/record/comparison.ts";
import type { Measurements } from "../../model/record/record.ts";

/** Returns the outcome of a load of a comparison, and why it is not compared. */
export function judgeLoad(measured: Measurements): Omit<ComparedLoad, "version"> {
  const { workspaces, connections, aborted, generator, lostParts = [] } = measured;
  const failed = (reason: string) => ({ outcome: "failed", reason }) as const;
  // The generator's limits are never judged as Coder's.
  if (generator.limited)
    return { outcome: "set-aside", reason: `the generator was the limit: ${generator.reasons.join("; ")}` };
  const [lost] = lostParts;
  if (lost !== undefined) return { outcome: "set-aside", reason: lostPartSentence(lost) };
  if (aborted !== undefined) return failed(`it stopped itself: ${aborted}`);
  if (workspaces.asked > 0 && workspaces.ready === 0) return failed("no workspace became ready");
  if (connections.asked > 0 && connections.held === 0) return failed("no connection was held");
  return { outcome: "measured" };
}

/** Counts the failed loads of each version, with the probability of so uneven a distribution. */
export function countFailedLoads(loads: readonly ComparedLoad[]): FailedLoads {
  const judged = loads.filter(({ outcome }) => outcome !== "set-aside");
  const of = (version: "b" | "c") => {
    const own = judged.filter((load) => load.version === version);
    return { failed: own.filter(({ outcome }) => outcome === "failed").length, of: own.length };
  };
  const [baseline, candidate] = [of("b"), of("c")];
  return { baseline, candidate, chance: chanceOf(baseline, candidate) };
}

/** Fisher's exact test, one-sided: the probability that the worse version has at least its number of failures. */
function chanceOf(one: FailedLoads["baseline"], other: FailedLoads["baseline"]): number {
  const all = one.of + other.of;
  const failures = one.failed + other.failed;
  const [more] = [one, other].toSorted((a, b) => b.failed / Math.max(1, b.of) - a.failed / Math.max(1, a.of));
  if (more === undefined || failures === 0 || all === 0) return 1;
  const most = Math.min(failures, more.of);
  let chance = 0;
  for (let failed = more.failed; failed <= most; failed += 1)
    chance += jstat.jStat.hypgeom.pdf(failed, all, failures, more.of);
  return Math.min(1, chance);
}
