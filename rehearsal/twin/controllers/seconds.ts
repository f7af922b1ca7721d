/** Time that a controller needs to delete its items once their owner is deleted: chosen (Google documents no time). */
export const CONTROLLER_SECONDS = 30;
