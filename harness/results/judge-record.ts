import { messageOf, RefbenchError } from "../tools/error.ts";
import { type Held, heldByLoad } from "../model/record/held-verdicts.ts";
import type { ObjectiveResult, RunRecord } from "../model/record/record.ts";
import { judgedWord } from "../model/record/objective-words.ts";
import { EXIT_CODES, type Verdict, worst } from "../tools/verdict.ts";
import { auditReason, selfAudit } from "./self-audit/self-audit.ts";
import { judge, judgeAgain, type JudgedObjective } from "./judge/objectives.ts";

/** The objectives to judge a record by. */
export interface ChosenObjectives {
  /** Describes where they come from. */
  readonly from: string;
  /** Absent = the record's own. */
  readonly objectives?: readonly JudgedObjective[];
}

/** The objectives stored in the record. */
export const OWN_OBJECTIVES: ChosenObjectives = { from: "the record's own" };

/** The result of judging a stored record again. */
export interface Judgement {
  readonly by: string;
  readonly stored: RunRecord["verdict"];
  readonly verdict: RunRecord["verdict"];
  readonly reasons: readonly string[];
  readonly objectives: readonly ObjectiveResult[];
  /** How the result differs from the record, one sentence each. */
  readonly differences: readonly string[];
  /** The record's own objectives lead to another result than it states: it was changed, or judged differently. */
  readonly contradictsItself: boolean;
  readonly exitCode: number;
}

/** Judges a record by its own measurements. The events of the run and the findings of its teardown stay as recorded. */
export function judgeRecord(record: RunRecord, { from, objectives }: ChosenObjectives): Judgement {
  const judged = judgedAgain(record, objectives);
  const impossible = auditReason(selfAudit(record));
  const held = verdictsOf(record, judged, impossible);
  const verdict = record.verdict === "pending" ? "pending" : worst(held.map(([word]) => word));
  const isPublic = (word: string): word is RunRecord["verdict"] => word !== "usage" && word !== "handed-over";
  const word = isPublic(verdict) ? verdict : "harness-error";
  const differences = [...differencesOf(record, judged, word), ...untold(record, impossible)];
  const contradictsItself = objectives === undefined && differences.length > 0;
  return {
    by: from,
    stored: record.verdict,
    verdict: word,
    reasons: held
      .toSorted(([a], [b]) => Number(b === word) - Number(a === word))
      .map(([each, reason]) => `${each}: ${reason}`),
    objectives: judged,
    differences,
    contradictsItself,
    exitCode: exitCodeOf(word, contradictsItself),
  };
}

function judgedAgain(
  record: RunRecord,
  objectives: ChosenObjectives["objectives"],
): readonly ObjectiveResult[] {
  try {
    return objectives === undefined ? judgeAgain(record) : judge(objectives, record.measurements);
  } catch (error) {
    throw new RefbenchError(
      "usage",
      `the measurements of run ${record.runId} cannot be read: ${messageOf(error)}; a histogram was changed or truncated: use a complete copy`,
      { cause: error },
    );
  }
}

function verdictsOf(
  record: RunRecord,
  objectives: readonly ObjectiveResult[],
  impossible: string | undefined,
): readonly Held[] {
  const { measurements, teardown } = record;
  const held: Held[] = happened(record);
  if (impossible !== undefined && !isTold(record, impossible)) held.push(["harness-error", impossible]);
  if (measurements !== undefined) held.push(...heldByLoad(measurements, objectives));
  if (teardown.state === "leaked") {
    const names = teardown.left.slice(0, 5).map(({ kind, name }) => `${kind} ${name}`);
    held.push(["leaked", `${teardown.left.length} left in the ${teardown.scope}: ${names.join(", ")}`]);
  } else if (teardown.state === "unverified") held.push(["unverified", teardown.problems.join("; ")]);
  return held;
}

/** Returns a reason that the record does not state itself. */
function untold(record: RunRecord, impossible: string | undefined): readonly string[] {
  return impossible === undefined || isTold(record, impossible) ? [] : [impossible];
}

function isTold({ reasons }: RunRecord, impossible: string): boolean {
  return reasons.includes(`harness-error: ${impossible}`);
}

/** Verdicts that follow from the figures of a load. */
const BY_FIGURES: ReadonlySet<string> = new Set(["pass", "slo-failed", "generator-limited"]);
/** Verdicts that follow from a teardown. If the teardown was clean, an earlier stage caused them. */
const BY_TEARDOWN: ReadonlySet<string> = new Set(["leaked", "unverified"]);

/** Returns the recorded verdicts that no figure shows: a crash, a refusal of the cloud, an interruption. */
function happened({ reasons, verdict, teardown }: RunRecord): Held[] {
  const held = reasons.flatMap((text): Held[] => {
    const [, word = "", reason = ""] = /^([a-z-]+): ([\s\S]*)$/.exec(text) ?? [];
    const isDerived = BY_FIGURES.has(word) || word === teardown.state;
    return isVerdict(word) && !isDerived ? [[word, reason]] : [];
  });
  const isExplained =
    verdict === "pending" ||
    BY_FIGURES.has(verdict) ||
    BY_TEARDOWN.has(verdict) ||
    held.some(([word]) => word === verdict);
  return isExplained ? held : [[verdict, "as recorded, without a reason"], ...held];
}

function isVerdict(word: string): word is Verdict {
  return Object.hasOwn(EXIT_CODES, word);
}

function differencesOf(
  record: RunRecord,
  judged: readonly ObjectiveResult[],
  verdict: RunRecord["verdict"],
): readonly string[] {
  const stored = new Map(record.objectives.map((objective) => [objective.name, objective]));
  const changed = judged.flatMap((now) => {
    const then = stored.get(now.name);
    if (then === undefined) return [`${now.name}: the record was not judged by it`];
    if (judgedWord(then) === judgedWord(now) && then.value === now.value) return [];
    return [`${now.name}: the record says ${state(then)}, its measurements say ${state(now)}`];
  });
  return verdict === record.verdict
    ? changed
    : [`the record says ${record.verdict}, but judged again it is ${verdict}`, ...changed];
}

function state(objective: ObjectiveResult): string {
  const { value } = objective;
  return `${judgedWord(objective)}${value === undefined ? "" : ` with ${value}`}`;
}

function exitCodeOf(verdict: RunRecord["verdict"], contradictsItself: boolean): number {
  if (verdict === "pending") return EXIT_CODES["handed-over"];
  return EXIT_CODES[contradictsItself ? worst([verdict, "harness-error"]) : verdict];
}
