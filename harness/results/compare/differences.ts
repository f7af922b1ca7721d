import { lostPartSentence } from "../../model/record/parts.ts";
import type { RunRecord } from "../../model/record/record.ts";
import { fingerprintChanges, fingerprintOf } from "../format/fingerprint.ts";
import { recordStandingOf } from "../judge/official.ts";

/** Notes for a reader who compares the figures of two runs. */
export interface Differences {
  /** Why the figures cannot be compared; empty if they can. */
  readonly notComparable: readonly string[];
  /** All other differences, as sentences: the first run's value, then the second's. */
  readonly differs: readonly string[];
}

/** Lists what makes the figures of two runs incomparable, and their other differences. */
export function differencesOf(first: RunRecord, second: RunRecord): Differences {
  return {
    notComparable: [
      ...kindOfCoder(first, second),
      ...bothMeasured(first, second),
      ...fingerprintChanges(fingerprintOf(first), fingerprintOf(second)).map(
        (change) => `not the same series, ${change}`,
      ),
      ...[first, second].flatMap(weakness),
    ],
    differs: [
      ...unequal("standing", recordStandingOf(first), recordStandingOf(second)),
      ...unequal("verdict", first.verdict, second.verdict),
      ...unequal("Coder version", version(first), version(second)),
      ...unequal("refbench", first.provenance.refbench.version, second.provenance.refbench.version),
      ...unequal("commit", first.provenance.refbench.commit, second.provenance.refbench.commit),
      ...unequal("Terraform", first.provenance.terraform, second.provenance.terraform),
      ...Object.entries(first.load).flatMap(([name, value]) =>
        unequal(`asked for, ${name}`, value, second.load[name as keyof RunRecord["load"]]),
      ),
      ...onlyIn("condition", first.conditions, second.conditions),
    ],
  };
}

function kindOfCoder(first: RunRecord, second: RunRecord): readonly string[] {
  if (first.simulated === second.simulated) return [];
  const [one, other] = first.simulated ? ["simulated", "real"] : ["real", "simulated"];
  return [
    `the first run is ${one}, the second ${other}: simulated figures say nothing about Coder's capacity`,
  ];
}

function bothMeasured(
  { measurements: one }: RunRecord,
  { measurements: other }: RunRecord,
): readonly string[] {
  if (one === undefined || other === undefined) return [];
  return [
    ...unequal("SSH took a different path", one.connections.sshPath, other.connections.sshPath),
    ...unequal("different load engines", one.engine?.name ?? "refbench", other.engine?.name ?? "refbench"),
  ];
}

function weakness(record: RunRecord): readonly string[] {
  const { runId, measurements } = record;
  if (measurements === undefined) return [`run ${runId} has no measurements`];
  return [
    ...(measurements.generator.limited ? [`run ${runId}: the load generator was the limit, not Coder`] : []),
    ...(measurements.lostParts ?? []).map((lost) => `run ${runId}: ${lostPartSentence(lost)}`),
  ];
}

function version({ coderVersion, rehearsedVersion }: RunRecord): string | undefined {
  return coderVersion ?? rehearsedVersion;
}

function unequal(
  what: string,
  first: string | number | undefined,
  second: string | number | undefined,
): readonly string[] {
  return first === second ? [] : [`${what}: ${first ?? "unknown"} → ${second ?? "unknown"}`];
}

function onlyIn(what: string, first: readonly string[], second: readonly string[]): readonly string[] {
  return [
    ...first.filter((each) => !second.includes(each)).map((each) => `${what} of the first run only: ${each}`),
    ...second
      .filter((each) => !first.includes(each))
      .map((each) => `${what} of the second run only: ${each}`),
  ];
}
