import type { ObjectiveResult } from "./record.ts";

/** The note of an objective that the load had no part in. */
export const NOT_PART = "not part of this load";

/** An objective that is neither met nor missed, since its figure is not there or not carried by its samples. */
export const NOT_JUDGED = { met: false, judged: false } as const;

/** The note of an objective that cannot be judged, since the generator itself failed. */
export const GENERATOR_EXHAUSTED = "the generator ran out of what it needs";

/** The note of an objective that cannot be judged, since a part of the load was lost. */
export const PART_LOST = "a part of the load was lost";

/** Whether a missed objective fails its run. */
export function failsRun({ met, judged, severity }: ObjectiveResult): boolean {
  return !met && judged !== false && severity !== "warn";
}

/** The one word for what became of an objective, in text, Markdown and pages. */
export type Judged = "met" | "MISSED" | "warning" | "not judged";

/** The outcome of an objective: a miss that only warns is a warning. */
export function judgedWord(objective: ObjectiveResult): Judged {
  const { met, judged, value, note } = objective;
  if (judged === false || (met && value === undefined && note === NOT_PART)) return "not judged";
  if (met) return "met";
  return failsRun(objective) ? "MISSED" : "warning";
}

/** The parts of an objective that its figures are worded by. */
type Worded = Pick<ObjectiveResult, "description" | "direction" | "threshold" | "unit">;

/** A figure of an objective with its unit. */
export function objectiveFigure(value: number, { unit, description, direction }: Worded): string {
  if (unit === "ms" && value >= 3_600_000) return "more than 1 h";
  if (unit === "ms") return value < 1000 ? `${value} ms` : `${Math.round(value / 10) / 100} s`;
  // Objectives of earlier records name their unit in their words only.
  const isShare = unit === "share" || /\bshare\b/.test(description);
  if (!isShare) return `${Math.round(value * 100) / 100}`;
  // Rounded away from the threshold: neither 98.96 % nor 1.04 % must read as the 99 % or the 1 % that were wanted.
  const tenths = direction === "at-most" ? Math.ceil(value * 1000 - 1e-9) : Math.floor(value * 1000 + 1e-9);
  return `${tenths / 10} %`;
}

/** A threshold in words: "at least 99 %", "at most 2 s". Records of earlier versions may not have the direction. */
export function thresholdWords(objective: Worded): string {
  const { direction, threshold } = objective;
  return `${direction === undefined ? "wanted" : direction.replace("-", " ")} ${objectiveFigure(threshold, objective)}`;
}

/** The reached value, in the words of every form. */
export function reachedWords(objective: ObjectiveResult): string {
  return objective.value === undefined ? "not measured" : objectiveFigure(objective.value, objective);
}

/** An objective with what was reached, what was wanted, and by how much it was missed. */
export function objectiveSentence(objective: ObjectiveResult): string {
  const { description, value, met, judged, note } = objective;
  const missedBy = met || judged === false || value === undefined ? "" : distance(value, objective);
  const aside = [...(note === undefined ? [] : [note]), thresholdWords(objective)].join("; ");
  return `${description}: ${reachedWords(objective)} (${aside})${missedBy}`;
}

function distance(value: number, { unit, threshold }: ObjectiveResult): string {
  if (unit === "share") return `, missed by ${Math.round(Math.abs(value - threshold) * 10_000) / 100} points`;
  if (threshold === 0) return "";
  return unit === "ms" ? `, ${Math.round((value / threshold) * 100) / 100} times as long` : "";
}
