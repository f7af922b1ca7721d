/** How long a controller needs to take down what it made once its owner is gone: chosen (Google documents none). */
export const CONTROLLER_SECONDS = 30;
