import type { Claim } from "../../model/observation/claims.ts";
import type { LimitEvidence, LimitFinding } from "../../model/observation/limits.ts";
import type { Observation } from "../../model/observation/observation.ts";
import { SERIES_NAMES } from "../../model/observation/series.ts";
import type { RunRecord } from "../../model/record/record.ts";
import type { Phase } from "../../model/record/worker-result.ts";
import { findClaims } from "../claims/find-claims.ts";
import { type ObservedLoad, phaseMs, readObservedLoad } from "../limits/observed-load.ts";
import { limitsSentence } from "../limits/sentence.ts";
import { atMost, notNegative, type Rule, sum } from "./rule.ts";
import { fourDigits } from "../../model/observation/four-digits.ts";

/** Sample moments are rounded to a millisecond where they are stored. */
const ROUNDING_MS = 1;
/** Shares are rounded to 4 digits. */
const SHARE_ROUNDING = 0.0001;

/** A record's limits fit together, and its evidence is in the record's own series and windows. */
export const limitsHaveEvidence: Rule<RunRecord> = {
  name: "limits-have-evidence",
  check: (record) => {
    const { limits, measurements } = record;
    if (limits === undefined) return [];
    const { answer, findings, sentence } = limits;
    const endMs = measurements?.windows?.at(-1)?.endMs ?? Infinity;
    const load = readObservedLoad(record);
    const moments = momentsOf(load);
    return [
      (answer === "limited") === findings.length > 0
        ? undefined
        : `the answer is ${answer}, with ${findings.length} limits found`,
      sentence === limitsSentence(limits, record)
        ? undefined
        : `the answer reads "${sentence}", and its findings say "${limitsSentence(limits, record)}"`,
      ...findings.flatMap((finding) => spansFit(finding, moments)),
      ...findings.flatMap(({ rule, share, firstAtMs, lastAtMs, evidence }) => [
        share > 0 ? undefined : `${rule} held in none of the time`,
        // The first and last moments alone are a share of the time, and no more than all between them held.
        atMost(
          [`the share of ${rule}`, share],
          ["that from its first to its last moment", moments.share(firstAtMs, lastAtMs)],
          0.001,
        ),
        moments.has(firstAtMs) && moments.has(lastAtMs)
          ? undefined
          : `${rule} held from ${firstAtMs} to ${lastAtMs} ms, where no sample of the load is`,
        notNegative([`the first moment of ${rule}, ms,`, firstAtMs]),
        atMost([`the first moment of ${rule}, ms,`, firstAtMs], ["its last", lastAtMs]),
        atMost([`the last moment of ${rule}, ms,`, lastAtMs], ["the load's length", endMs], ROUNDING_MS),
        evidence.length > 0 ? undefined : `${rule} held without evidence`,
        ...evidence.map((each) => evidenceIn(each, rule, record, load)),
      ]),
    ];
  },
};

/** Claims follow from the series. */
export const claimsFollowFromSeries: Rule<RunRecord> = {
  name: "claims-follow-from-series",
  check: (record) => {
    const { claims } = record;
    if (claims === undefined) return [];
    const again = new Map(findClaims(record)?.map((claim) => [claim.id, claim]));
    return claims.map((claim) => {
      const computed = again.get(claim.id);
      // A claim of an earlier version, which today's formulas do not know.
      if (computed === undefined) return undefined;
      const [stored, now] = [measuredWords(claim), measuredWords(computed)];
      if (stored !== now) return `${claim.id} is ${stored}, and its series say ${now}`;
      return claim.published.every((each) => {
        const known = computed.published.find(({ source }) => source === each.source);
        return known === undefined || (known.value === each.value && known.agrees === each.agrees);
      })
        ? undefined
        : `what is published of ${claim.id} is not what its source says`;
    });
  },
};

function measuredWords({ measured }: Claim): string {
  if (measured === undefined) return "not measured";
  const { median, low, high, samples } = measured;
  return `${median} (${low} to ${high} in ${samples} samples)`;
}

function evidenceIn(
  { figure, of, atMs, value }: LimitEvidence,
  rule: string,
  { measurements, observation }: RunRecord,
  load: ObservedLoad | undefined,
): string | undefined {
  const isSeries = (SERIES_NAMES as readonly string[]).includes(figure);
  if (isSeries)
    return seriesEvidence({ figure, of, atMs, value }, rule, observation, measurements?.startedAtMs);
  const [root, part, name] = figure.split(".");
  if (root === "windows" && part === "generator") {
    const window = measurements?.windows?.find(({ endMs }) => endMs === atMs);
    const found = (window?.generator as Record<string, unknown> | undefined)?.[name ?? ""];
    return found === value
      ? undefined
      : `${rule} names ${figure} ${value} at ${atMs} ms, and the window has ${String(found)}`;
  }
  if (root === "events" || root === "logs") {
    const all = root === "events" ? (observation?.events ?? []) : (observation?.logs ?? []);
    return all.some((each) => each.count === value && each.firstAtMs === atMs)
      ? undefined
      : `${rule} names ${figure}, ${value} times from ${atMs} ms, which the observation has not`;
  }
  const found = loadFigure(figure, atMs, load);
  return found === undefined || found === value || fourDigits(found) === value
    ? undefined
    : `${rule} names ${figure} ${value}, and the load has ${found}`;
}

/** A figure of the load that rules name as evidence; undefined for one that is not known here. */
function loadFigure(
  figure: string,
  atMs: number | undefined,
  load: ObservedLoad | undefined,
): number | undefined {
  if (load === undefined) return undefined;
  const { failures, connections, generator } = load.measurements;
  const [root, name = ""] = figure.split(".");
  switch (root) {
    case "builds":
      return load.moments.find((moment) => moment.atMs === atMs)?.queued ?? NaN;
    case "phases":
      return phaseMs(load, name as Phase, 50)?.ms ?? NaN;
    case "failures":
      return sum(failures.filter((each) => each.class === name).map(({ count }) => count));
    case "connections":
      return connections.traffic?.back ?? NaN;
    case "generator":
      return generator.slipP99Ms;
    default:
      return undefined;
  }
}

function seriesEvidence(
  { figure, of, atMs = NaN, value }: Omit<LimitEvidence, "words">,
  rule: string,
  observation: Observation | undefined,
  startedAtMs = 0,
): string | undefined {
  const series = observation?.series.find((each) => each.name === figure && each.of === of);
  if (observation === undefined || series === undefined)
    return `${rule} names ${figure} of ${of ?? "nothing"}, which was not observed`;
  const sample = (atMs + startedAtMs - observation.startedAtMs) / observation.everyMs;
  const nearest = Math.round(sample);
  if (Math.abs(sample - nearest) * observation.everyMs > ROUNDING_MS)
    return `${rule} names ${figure} at ${atMs} ms, where no sample is`;
  const found = series.values[nearest];
  return found === value
    ? undefined
    : `${rule} names ${figure} ${value} at ${atMs} ms, and the series has ${found ?? "nothing"}`;
}

/** The stretches of a limit follow each other, hold its first and last moment, and as many moments as its share says. */
function spansFit(
  { rule, share, firstAtMs, lastAtMs, spans }: LimitFinding,
  moments: ReturnType<typeof momentsOf>,
) {
  // Records of earlier versions have none.
  if (spans === undefined) return [];
  const bounds = spans.flat();
  const [first, last] = [spans[0], spans.at(-1)];
  const held = moments.shareWithin(rule, spans);
  return [
    spans.every(([from, to]) => from < to) && bounds.every((each, at) => each >= (bounds[at - 1] ?? 0))
      ? undefined
      : `the stretches of ${rule} do not follow each other: ${bounds.join(", ")} ms`,
    first !== undefined && first[0] === moments.beginOf(firstAtMs) && last?.[1] === lastAtMs
      ? undefined
      : `${rule} held from ${firstAtMs} to ${lastAtMs} ms, and its stretches from ${first?.[0] ?? "nowhere"} to ${last?.[1] ?? "nowhere"} ms`,
    Math.abs(share - Math.min(1, held)) <= SHARE_ROUNDING
      ? undefined
      : `the share of ${rule} is ${share}, and its stretches hold ${held} of the moments`,
    bounds.every((each) => moments.isBound(each))
      ? undefined
      : `a stretch of ${rule} begins or ends where no sample of the load does: ${bounds.join(", ")} ms`,
  ];
}

/** The moments of the load that rules judge. */
function momentsOf(load: ObservedLoad | undefined) {
  const moments = [...(load?.moments ?? []), ...(load?.limitedMoments ?? [])].map(({ fromMs, atMs }) => ({
    from: Math.round(fromMs),
    at: Math.round(atMs),
  }));
  const all = moments.map(({ at }) => at);
  const bounds = new Set(moments.flatMap(({ from, at }) => [from, at]));
  const judged = Math.max(1, Math.min(all.length, load?.moments.length ?? 1));
  return {
    has: (atMs: number): boolean => all.includes(atMs),
    isBound: (atMs: number): boolean => bounds.has(atMs),
    beginOf: (atMs: number): number | undefined => moments.find(({ at }) => at === atMs)?.from,
    share: (from: number, to: number): number =>
      all.filter((atMs) => from <= atMs && atMs <= to).length / judged,
    /** The generator's limit is a share of all moments, also of those in which it was the limit. */
    shareWithin: (rule: string, spans: readonly (readonly [number, number])[]): number =>
      moments.filter((moment) => spans.some(([from, to]) => from <= moment.from && moment.at <= to)).length /
      Math.max(1, rule === "generator" ? all.length : (load?.moments.length ?? 0)),
  };
}
