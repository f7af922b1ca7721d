/** The stages of the run's own process, in order. */
export const RUN_STAGES = ["preflight", "provision", "bootstrap", "load"] as const;

/** The stages of the reaper, in order: the only teardown path there is. */
export const TEARDOWN_STAGES = ["drain", "destroy", "sweep", "audit"] as const;

export type RunStage = (typeof RUN_STAGES)[number];
export type TeardownStage = (typeof TEARDOWN_STAGES)[number];
export type Stage = RunStage | TeardownStage;

export const STAGES: readonly Stage[] = [...RUN_STAGES, ...TEARDOWN_STAGES];
