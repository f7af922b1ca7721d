import type { LimitFinding, Limits } from "../../model/observation/limits.ts";
import type { RunRecord } from "../../model/record/record.ts";
import { lastingMoments } from "./lasting-moments.ts";
import { readObservedLoad, type ObservedLoad } from "./observed-load.ts";
import { hasRoom } from "./room.ts";
import type { HeldMoment, LimitRule } from "./rule.ts";
import { LIMIT_RULES } from "./rules.ts";
import { limitsSentence } from "./sentence.ts";
import { fourDigits } from "../../model/observation/four-digits.ts";

/** Moments of which the evidence of a finding is shown. */
const MOST_EVIDENCE = 3;
/** Neighbouring moments have the same bound, which is rounded twice. */
const ROUNDING_MS = 1;
const GENERATOR = "generator";

/** Asks every rule about the load of a record; undefined without a load. */
export function findLimits(record: RunRecord): Limits | undefined {
  const load = readObservedLoad(record);
  if (load === undefined) return undefined;
  const answer = (limits: Omit<Limits, "sentence">): Limits => ({
    ...limits,
    sentence: limitsSentence(limits, record),
  });
  if (hasRoom(record)) return answer({ answer: "met-with-room", findings: [], unjudged: [] });
  const asked = LIMIT_RULES.map((rule) => ({ rule, judged: rule.judge(load) }));
  const findings = asked.flatMap(({ rule, judged }) =>
    judged.state === "judged" ? findingOf(rule, judged, load) : [],
  );
  const unjudged = asked.flatMap(({ rule, judged }) =>
    judged.state === "cannot-judge" ? [{ rule: rule.id, why: judged.why }] : [],
  );
  // What the generator did is never Coder's: it stands before everything else.
  const ranked = findings.toSorted(
    (one, other) =>
      Number(other.rule === GENERATOR) - Number(one.rule === GENERATOR) || other.share - one.share,
  );
  if (ranked.length > 0) return answer({ answer: "limited", findings: ranked, unjudged });
  return answer({ answer: unjudged.length > 0 ? "unknown" : "nothing-saturated", findings: [], unjudged });
}

function findingOf(
  { id, limit, advice, confidence }: LimitRule,
  judged: Extract<ReturnType<LimitRule["judge"]>, { state: "judged" }>,
  load: ObservedLoad,
): readonly LimitFinding[] {
  const lasting = lastingMoments(judged);
  const [first] = lasting;
  const last = lasting.at(-1);
  if (first === undefined || last === undefined) return [];
  const of = id === GENERATOR ? load.moments.length + load.limitedMoments.length : load.moments.length;
  return [
    {
      rule: id,
      limit,
      advice: judged.advice ?? advice,
      confidence: judged.confidence ?? confidence,
      share: fourDigits(Math.min(1, lasting.length / Math.max(1, of))),
      firstAtMs: Math.round(first.moment.atMs),
      lastAtMs: Math.round(last.moment.atMs),
      spans: spansOf(lasting),
      evidence: evidenceOf(lasting),
    },
  ];
}

/** The stretches of time of held moments, in the order of time. Those that touch are one. */
function spansOf(held: readonly HeldMoment[]): [number, number][] {
  const spans: [number, number][] = [];
  for (const { moment } of held) {
    const [from, to] = [Math.round(moment.fromMs), Math.round(moment.atMs)];
    const last = spans.at(-1);
    if (last !== undefined && from - last[1] <= ROUNDING_MS) last[1] = Math.max(last[1], to);
    else spans.push([from, to]);
  }
  return spans;
}

/** The strongest moments of different things, in the order of time. */
function evidenceOf(held: readonly HeldMoment[]): LimitFinding["evidence"] {
  const byStrength = held.toSorted((one, other) => other.strength - one.strength);
  const seen = new Set<string>();
  const different = byStrength.filter(({ evidence: { figure, of = "", atMs } }) => {
    const key = `${figure} ${of} ${atMs === undefined ? "" : "at"}`;
    return !seen.has(key) && seen.add(key);
  });
  return different.slice(0, MOST_EVIDENCE).map(({ evidence }) => evidence);
}
