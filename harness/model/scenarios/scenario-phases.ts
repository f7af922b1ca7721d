/**
 * The phases of scenarios whose every sample is an answer that was checked, with what each measures. They are paced by
 * the scenario, and each counts as a verified command.
 */
export const ANSWER_PHASES = {
  "dynamic-parameters-initial": "a template's form is opened until its first answer",
  "dynamic-parameters-change": "a value is changed in a template's form until the answer to it",
  "notification-watch": "the stream of a user's inbox is asked for until it is open",
  "notification-inbox":
    "a template's deletion is asked for until the notification of it is in a template admin's inbox",
  "notification-smtp":
    "a template's deletion is asked for until the sink has the mail of it to a template admin",
} as const;

/** The phases of scenarios between two stamps of Coder's clock, with what each measures. */
export const STAMPED_PHASES = {
  "autostart-queued": "from the minute of the schedule until Coder has requested the build, by Coder's clock",
  "autostart-started": "from the minute of the schedule until the build runs, by Coder's clock",
  "autostart-built": "from the minute of the schedule until the build is done, by Coder's clock",
  "autostart-ready": "from the minute of the schedule until the agent can be used, by Coder's clock",
} as const;

type AnswerPhase = keyof typeof ANSWER_PHASES;

/** Their names. */
export const ANSWER_PHASE_NAMES = Object.keys(ANSWER_PHASES) as readonly AnswerPhase[];
export const STAMPED_PHASE_NAMES = Object.keys(STAMPED_PHASES) as readonly (keyof typeof STAMPED_PHASES)[];
