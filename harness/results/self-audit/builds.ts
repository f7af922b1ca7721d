import { buildFigures } from "../../model/record/builds.ts";
import { farthestApart, isUnsteady, MOST_APART_MS } from "../../model/record/clocks.ts";
import type { Phase } from "../../model/record/worker-result.ts";
import { readHistogram } from "../judge/histogram.ts";
import { atMost, type Measured, notNegative, type Rule, same, sum } from "./rule.ts";

/** 0 ≤ mean ≤ peak ≤ capacity. */
export const buildsFitTheDaemons: Rule<Measured> = {
  name: "builds-fit-the-daemons",
  check: ({ measurements: { builds } }) => {
    const { capacity, daemons, peakRunning, timeWeightedRunning } = builds;
    const most = Math.max(capacity, daemons?.most ?? 0);
    return [
      notNegative(["builds at once on average", timeWeightedRunning]),
      atMost(["builds at once on average", timeWeightedRunning], ["their peak", peakRunning]),
      atMost(["the peak of builds at once", peakRunning], ["the provisioner daemons", most]),
      daemons && atMost(["the fewest daemons", daemons.least], ["the most", daemons.most]),
      daemons?.asked === 0 ? "daemons were counted 0 times" : undefined,
    ];
  },
};

/** All build figures follow from the jobs in the record. */
export const buildsFollowFromJobs: Rule<Measured> = {
  name: "builds-follow-from-jobs",
  check: ({ measurements: { builds } }) => {
    const { capacity, jobs, since } = builds;
    if (jobs === undefined || since === undefined)
      return [
        builds.perMinute !== undefined || builds.whileFull !== undefined || builds.buildMs !== undefined
          ? "it tells how fast builds were, and no job"
          : undefined,
      ];
    const again = flat(buildFigures(jobs, capacity));
    const recorded = flat({
      peakRunning: builds.peakRunning,
      timeWeightedRunning: builds.timeWeightedRunning,
      perMinute: builds.perMinute,
      whileFull: builds.whileFull,
      buildMs: builds.buildMs,
    });
    return [...new Set([...again.keys(), ...recorded.keys()])].map((path) => {
      const [one, other] = [recorded.get(path), again.get(path)];
      if (one === undefined || other === undefined)
        return `builds.${path} is ${one ?? "absent"}, and its jobs say ${other ?? "that it is"}`;
      return same([`builds.${path}`, one], ["by its jobs it", other], 0.005);
    });
  },
};

function flat(value: object, prefix = ""): Map<string, number> {
  return new Map(
    Object.entries(value).flatMap(([key, each]): [string, number][] => {
      if (typeof each === "number") return [[`${prefix}${key}`, each]];
      return typeof each === "object" && each !== null ? [...flat(each as object, `${prefix}${key}.`)] : [];
    }),
  );
}

/** No job ends before it starts. Clocks of two replicas may differ within NTP's accuracy. */
export const jobsGoForward: Rule<Measured> = {
  name: "jobs-go-forward",
  check: ({ measurements: { builds } }) => {
    const { jobs = [] } = builds;
    const backwards = jobs.filter(([, started, completed]) => completed < started);
    const early = jobs.filter(([queued, started]) => started < queued - MOST_APART_MS);
    const first = jobs[0];
    const [one] = [...backwards, ...early];
    const unsorted = jobs.findIndex((job, index) => job[0] < (jobs[index - 1]?.[0] ?? 0));
    return [
      one === undefined
        ? undefined
        : `${backwards.length} builds ended before they started and ${early.length} started more than ${MOST_APART_MS} ms before they were queued, such as one queued at ${one[0]}, started at ${one[1]} and completed at ${one[2]} ms`,
      first === undefined || first[0] === 0
        ? undefined
        : `the first build was queued at ${first[0]} ms, not at 0`,
      unsorted > 0
        ? `build ${unsorted + 1} of ${jobs.length} was queued before the one before it`
        : undefined,
    ];
  },
};

/** The jobs and two histograms contain the same builds. */
export const jobsMatchHistograms: Rule<Measured> = {
  name: "jobs-match-histograms",
  check: ({ measurements: { builds, histograms } }) => {
    const { jobs = [] } = builds;
    const started = jobs.filter(([, , , end]) => end !== "stopped");
    const spans = {
      build: started.filter(([, , , end]) => end === "built").map(([, from, to]) => to - from),
      "build-queue": started.map(([queued, from]) => from - queued),
    } satisfies Partial<Record<Phase, number[]>>;
    return Object.entries(spans).flatMap(([phase, all]) => {
      const valid = all.filter((ms) => ms >= 0).toSorted((a, b) => a - b);
      const histogram = histograms.find((each) => each.phase === phase && each.basis === "raw");
      const counts = [
        same([`samples of ${phase}`, histogram?.count ?? 0], ["jobs", valid.length]),
        same([`spans below zero of ${phase}`, histogram?.negative ?? 0], ["jobs", all.length - valid.length]),
      ];
      if (histogram === undefined || histogram.count !== valid.length) return counts;
      const { at, count } = readHistogram(histogram);
      if (count !== valid.length || count === 0) return counts;
      return [
        ...counts,
        ...PERCENTILES_COMPARED.map((percentile) => {
          const ms =
            valid[Math.max(0, Math.ceil((percentile / 100) * count * (1 - Number.EPSILON)) - 1)] ?? 0;
          return same(
            [`p${percentile} of ${phase}, ms,`, at(percentile) / 1000],
            ["by the jobs it", ms],
            ms * 0.0015 + 0.01,
          );
        }),
      ];
    });
  },
};

const PERCENTILES_COMPARED = [1, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 99, 100] as const;

/** All clocks agree well enough for spans that involve two of them. */
export const clocksAgree: Rule<Measured> = {
  name: "clocks-agree",
  check: ({ measurements }) => {
    const { clocks = [] } = measurements;
    const apart = farthestApart(clocks);
    return [
      apart === undefined || apart.ms <= MOST_APART_MS
        ? undefined
        : `the clocks "${apart.one.clock}" and "${apart.other.clock}" of the deployment are at least ${Math.round(apart.ms)} ms apart (at most ${MOST_APART_MS} ms): set its replicas' clocks by NTP`,
      ...clocks
        .filter(isUnsteady)
        .map(
          ({ clock, samples, astray }) =>
            `${astray} of ${samples} stamps of the clock "${clock}" are more than ${MOST_APART_MS} ms from what the others say: it was set meanwhile, or several replicas with different clocks answer: set them by NTP`,
        ),
      ...stampsAddUp(measurements),
      ...clocks.flatMap(({ clock, samples, astray, uncertaintyMs }) => [
        samples > 0 ? undefined : `the clock "${clock}" has ${samples} samples`,
        atMost([`stamps astray of "${clock}"`, astray], ["its samples", samples]),
        notNegative([`uncertainty of "${clock}"`, uncertaintyMs]),
      ]),
    ];
  },
};

/** Each created workspace has one timestamp of the API, and each finished build two of a replica. */
function stampsAddUp({ clocks = [], workspaces, builds, histograms, engine }: Measured["measurements"]) {
  // Builds of workspaces that were stopped meanwhile are not in these figures, or were requested by Coder itself.
  const isAgain = histograms.some(({ phase }) => phase === "start-workspace" || phase === "stop-workspace");
  if (clocks.length === 0 || engine !== undefined || isAgain) return [];
  const { jobs = [] } = builds;
  const samples = (isApi: boolean): number =>
    sum(clocks.filter(({ clock }) => (clock === "api") === isApi).map((each) => each.samples));
  // A failed build may have been requested again.
  const again = jobs.filter(([, , , end]) => end === "failed").length;
  return [
    atMost(["workspaces created", workspaces.created], ["stamps of the API", samples(true)]),
    atMost(["stamps of the API", samples(true)], ["builds that were asked for", workspaces.created + again]),
    atMost(["stamps that builds ended with", 2 * jobs.length], ["stamps of builds", samples(false)]),
    atMost(["stamps of builds", samples(false)], ["those of all builds", 2 * (workspaces.created + again)]),
  ];
}

/** Queue and build by Coder's clock fit within the wait for the workspace by the generator's clock. */
export const ourClockHoldsTheirs: Rule<Measured> = {
  name: "our-clock-holds-theirs",
  check: ({ measurements: { builds, histograms, failures } }) => {
    const ready = histograms.filter((each) => each.phase === "workspace-ready" && each.basis === "raw");
    const restarted = histograms.some(({ phase }) => phase === "start-workspace");
    const jobs = (builds.jobs ?? []).filter(([, , , end]) => end === "built");
    const failed = failures.some(({ phase }) => phase === "workspace-ready" || phase === "build");
    const [own] = ready;
    // A workspace that was built but never became ready is in only one of the two.
    if (own === undefined || restarted || failed || own.count !== jobs.length) return [];
    const read = readHistogram(own);
    const spans = jobs.map(([queued, , completed]) => completed - queued);
    const longest = Math.max(0, ...spans);
    return [
      atMost(
        ["the longest queue and build by Coder's clock, ms,", longest],
        ["the longest wait by ours, ms", read.maxUs / 1000],
        MOST_APART_MS,
      ),
      atMost(
        ["queue and build together, mean by Coder's clock, ms,", sum(spans) / Math.max(1, spans.length)],
        ["the mean wait by ours, ms", meanMs(read)],
        MOST_APART_MS,
      ),
    ];
  },
};

function meanMs({ at, count }: ReturnType<typeof readHistogram>): number {
  if (count === 0) return 0;
  const steps = Math.min(count, 1000);
  return sum(Array.from({ length: steps }, (_, index) => at(((index + 1) / steps) * 100) / 1000)) / steps;
}
