import type { Phase, PhaseHistogram } from "../../model/record/worker-result.ts";
import { readHistogram, type ReadHistogram } from "../judge/histogram.ts";
import { atMost, type Measured, type Named, type Rule, same, sum } from "./rule.ts";

const HOUR_US = 3_600_000_000;
/** Relative precision of a histogram with three digits, rounded up. */
const PRECISION = 0.0015;
const COMPARED = [1, 5, 10, 25, 50, 75, 90, 95, 99, 99.9, 100] as const;

const nameOf = ({ phase, basis }: PhaseHistogram): string => `${phase} (${basis})`;

/** Counts the samples in the histogram that are not failures. */
export function successes(
  { measurements }: Measured,
  phase: Phase,
  basis: PhaseHistogram["basis"] = "intended",
): number {
  const of = measurements.histograms.filter((each) => each.phase === phase && each.basis === basis);
  return sum(of.map(({ count, failed = 0 }) => count - failed));
}

export const histogramsHoldTheirCount: Rule<Measured> = {
  name: "histogram-holds-its-count",
  check: ({ measurements }) =>
    measurements.histograms.map((histogram) =>
      same(
        [`count of ${nameOf(histogram)}`, histogram.count],
        ["the samples in its histogram", readHistogram(histogram).count],
      ),
    ),
};

/**
 * Phases whose failed attempts differ from the counted failures. A failed connection counts once, but each message it
 * still had to carry is a failed attempt. A workspace that never became ready is counted under what failed.
 */
const COUNTED_OTHERWISE: ReadonlySet<Phase> = new Set<Phase>([
  "workspace-ready",
  "opening-command",
  "held-command",
  "closing-command",
  "traffic-tick",
  // Counted under what failed, as a workspace that never became ready.
  "autostart-ready",
]);

export const histogramCountsArePossible: Rule<Measured> = {
  name: "histogram-counts-are-possible",
  check: ({ measurements: { histograms, failures } }) =>
    histograms.flatMap((histogram) => {
      const { phase, count, failed = 0, beyond = 0 } = histogram;
      // Probes of a stage are also probes of the load and are counted there.
      const countedAs = phase.startsWith("api-probe") ? "api-probe" : phase;
      const counted = sum(failures.filter((each) => each.phase === countedAs).map((each) => each.count));
      const longest = readHistogram(histogram).maxUs;
      return [
        atMost([`failures in ${nameOf(histogram)}`, failed], ["its count", count]),
        COUNTED_OTHERWISE.has(phase)
          ? undefined
          : atMost(
              [`failures in ${nameOf(histogram)}`, failed],
              [`failures counted in ${countedAs}`, counted],
            ),
        same(
          [`samples of ${nameOf(histogram)} beyond an hour`, beyond],
          ["those in its last bucket", longest < HOUR_US * (1 - PRECISION) ? 0 : beyond],
        ),
        atMost([`samples of ${nameOf(histogram)} beyond an hour`, beyond], ["its count", count]),
      ];
    }),
};

/** A step never begins before it is due. */
export const rawIsWithinIntended: Rule<Measured> = {
  name: "raw-within-intended",
  check: ({ measurements: { histograms } }) => {
    const phases = [...new Set(histograms.map(({ phase }) => phase))];
    return phases.flatMap((phase) => {
      const of = (basis: PhaseHistogram["basis"]): readonly PhaseHistogram[] =>
        histograms.filter((each) => each.phase === phase && each.basis === basis);
      const [intended, ...more] = of("intended");
      const [raw, ...others] = of("raw");
      if (intended === undefined || raw === undefined || more.length + others.length > 0)
        return [
          `${phase} needs one histogram from each start, and has ${of("intended").length} and ${of("raw").length}`,
        ];
      const named = (word: string, key: "count" | "failed" | "negative"): [Named, Named] => [
        [`${word} of ${nameOf(intended)}`, intended[key] ?? 0],
        [`of ${nameOf(raw)}`, raw[key] ?? 0],
      ];
      return [
        same(...named("count", "count")),
        same(...named("failures", "failed")),
        same(...named("spans below zero", "negative")),
        ...quantilesAtMost(phase, readHistogram(raw), readHistogram(intended)),
      ];
    });
  },
};

function quantilesAtMost(phase: Phase, raw: ReadHistogram, intended: ReadHistogram): (string | undefined)[] {
  if (raw.count !== intended.count || raw.count === 0) return [];
  return COMPARED.map((percentile) => {
    const most = intended.at(percentile);
    return atMost(
      [`p${percentile} of ${phase} (raw), µs,`, raw.at(percentile)],
      [`that of the intended start`, most],
      most * PRECISION + 1,
    );
  });
}

/** Figures that count the same thing as a histogram agree with it. */
export const countersMatchHistograms: Rule<Measured> = {
  name: "counters-match-histograms",
  check: (of) => {
    const { users, workspaces, connections, apps, churn, engine, failures } = of.measurements;
    if (engine !== undefined) return [];
    const replaced = {
      created: (churn?.created ?? 0) + (churn?.missingAtEnd ?? 0),
      deleted: churn?.deleted ?? 0,
    };
    const created: Named = ["workspaces created", workspaces.created + replaced.created];
    const ready: Named = ["those that became ready", successes(of, "workspace-ready")];
    const isTimed = (phase: Phase): boolean =>
      of.measurements.histograms.some((histogram) => histogram.phase === phase);
    const traffic = connections.traffic;
    const perClass = new Set(failures.map((each) => `${each.class} ${each.phase}`));
    return [
      isTimed("create-workspace")
        ? same(["answers to create-workspace", successes(of, "create-workspace")], created)
        : undefined,
      isTimed("workspace-ready") && workspaces.created > 0
        ? atMost(["workspaces ready", workspaces.ready], ready)
        : undefined,
      atMost(ready, created),
      traffic &&
        isTimed("traffic-tick") &&
        same(["traffic back", traffic.back], ["samples of it", successes(of, "traffic-tick")]),
      apps &&
        isTimed("app-echo") &&
        same(["messages that came back", apps.echoed], ["samples of them", successes(of, "app-echo")]),
      isTimed("create-user") &&
        atMost(["answers to create-user", successes(of, "create-user")], ["users created", users.created]),
      isTimed("delete-user") &&
        same(["users deleted", users.deleted], ["answers to delete-user", successes(of, "delete-user")]),
      isTimed("delete-workspace") &&
        same(
          ["workspaces deleted", workspaces.deleted + replaced.deleted],
          ["answers to delete-workspace", successes(of, "delete-workspace")],
        ),
      perClass.size === failures.length ? undefined : "failures of one class and phase are counted twice",
      ...failures.map((each) =>
        each.count > 0
          ? undefined
          : `failures ${each.class} in ${each.phase} are counted ${each.count} times`,
      ),
    ];
  },
};
