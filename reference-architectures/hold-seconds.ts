/** Coder counts its sessions every half minute. A count belongs to the hold only if it changed during the hold. */
const SERVER_COUNT_SECONDS = 30;

/**
 * Ours: two and a half of those intervals, so that a count that began during the hold is also read during the hold.
 * Each connection answers several commands at every size's rate. From 14 commands per second, that is enough for a
 * p99 of the hold.
 */
export const HOLD_SECONDS = 2.5 * SERVER_COUNT_SECONDS;
