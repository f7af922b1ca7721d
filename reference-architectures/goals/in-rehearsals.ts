/** An objective that only warns in a rehearsal. */
export const TOLD_IN_REHEARSALS = {
  severity: "warn",
  reason: "an emulator's latency says nothing of Coder, and the machine may be busy with other things",
} as const;

/** Far above the latency of an emulator on a busy machine, and below that of a server that hangs. */
export const STANDS_STILL = {
  threshold: 2_500,
  reason:
    "in a rehearsal the machine may be busy with other things: only a server that stands still is missed",
} as const;
