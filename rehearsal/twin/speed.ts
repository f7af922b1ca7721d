/** Divides the cloud's durations when nobody says otherwise: network, database, cluster and release take some 5 s. */
export const DEFAULT_TWIN_SPEED = 200;
