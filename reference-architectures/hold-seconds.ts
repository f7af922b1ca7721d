/** Coder counts its sessions anew each half minute, and a count is of the hold only when it changed during it. */
const SERVER_COUNT_SECONDS = 30;

/**
 * Ours: two of those, and half of one more, so that a count that began in the hold is read in it. Each connection
 * answers several commands at every size's rate, which carries a p99 of the hold from 14 commands a second on.
 */
export const HOLD_SECONDS = 2.5 * SERVER_COUNT_SECONDS;
