/** Default divisor of the cloud's durations: network, database, cluster and release take some 5 s. */
export const DEFAULT_TWIN_SPEED = 200;
