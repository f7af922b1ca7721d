import type { Claim } from "../../model/observation/claims.ts";
import type { RunRecord } from "../../model/record/record.ts";
import { type ObservedLoad, readObservedLoad } from "../limits/observed-load.ts";
import { countOf } from "../../tools/count-text.ts";
import type { ClaimRule } from "./claim-rule.ts";
import { CLAIM_RULES } from "./claim-rules.ts";
import { fourDigits } from "../../model/observation/four-digits.ts";

/** Ours: fewer samples do not show a range. */
const FEWEST_SAMPLES = 3;
/** Ours: an idle coderd of some 90 MiB is then less than 2 MiB a user, a quarter of the published figure. */
const FEWEST_USERS = 50;

/** The figures that sizing rests on, as one load measured them; undefined without a load. */
export function findClaims(record: RunRecord): readonly Claim[] | undefined {
  const load = readObservedLoad(record);
  return load === undefined ? undefined : CLAIM_RULES.map((rule) => claimOf(rule, load));
}

function claimOf(rule: ClaimRule, load: ObservedLoad): Claim {
  const { id, words, unit, published } = rule;
  const measured = measure(rule, load);
  const plain = published.map(({ value, source }) => ({ value, source }));
  if (typeof measured === "string") return { id, words, unit, why: measured, published: plain };
  return {
    ...{ id, words, unit, measured },
    published: published.map(({ value, source, is }) => ({
      ...{ value, source },
      agrees: is === "typical" ? measured.low <= value && value <= measured.high : measured.high <= value,
    })),
  };
}

function measure(rule: ClaimRule, load: ObservedLoad): NonNullable<Claim["measured"]> | string {
  if (load.observation === undefined) return "nothing of the deployment was observed";
  const among = load.moments.filter((moment) => rule.among(moment, load));
  if (among.length === 0) return `no sample ${rule.without}`;
  if (rule.isPerUser === true && load.measurements.users.created < FEWEST_USERS)
    return `${countOf(load.measurements.users.created, "user")}: with fewer than ${FEWEST_USERS}, what the deployment takes without any decides`;
  const base = baseOf(rule, load);
  if (base === undefined)
    return "no sample before the first build and connection, from which the base load would be known";
  const values = among
    .map((moment) => rule.value(moment, load, base))
    .filter((value) => value !== undefined)
    .toSorted((one, other) => one - other);
  if (values.length === 0) return `not seen: ${rule.needs}`;
  if (values.length < FEWEST_SAMPLES)
    return `only ${values.length} of at least ${FEWEST_SAMPLES} samples ${rule.without} have it`;
  return {
    ...{ median: percentile(values, 50), low: percentile(values, 5), high: percentile(values, 95) },
    samples: values.length,
  };
}

/**
 * What the deployment uses without builds and connections: the least of the samples before the first of them.
 * The least, because users are created in this time, which is the load's own work. Undefined without such a sample: a
 * base load that is not known would be counted as the builds' own.
 */
function baseOf({ amount }: ClaimRule, load: ObservedLoad): number | undefined {
  if (amount === undefined) return 0;
  const values = load.idleMoments
    .map((moment) => amount(moment, load))
    .filter((value) => value !== undefined);
  return values.length === 0 ? undefined : Math.min(...values);
}

/** By nearest rank, of ascending values; four digits, as the samples have. */
function percentile(values: readonly number[], percent: number): number {
  const rank = Math.max(1, Math.ceil((percent / 100) * values.length));
  return fourDigits(values[rank - 1] ?? 0);
}
