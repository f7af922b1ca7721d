/**
 * The phases of scenarios whose every sample is an answer that was checked, with what each measures. They are paced by
 * the scenario, and each counts as a verified command.
 */
export const ANSWER_PHASES = {
  "dynamic-parameters-initial": "a template's form is opened until its first answer",
  "dynamic-parameters-change": "a value is changed in a template's form until the answer to it",
} as const;

type AnswerPhase = keyof typeof ANSWER_PHASES;

/** Their names. */
export const ANSWER_PHASE_NAMES = Object.keys(ANSWER_PHASES) as readonly AnswerPhase[];
