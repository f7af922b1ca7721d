/** The floors of `harness/`, top first, with the floors that each may import besides `tools`. */
export declare const FLOORS: Readonly<Record<string, readonly string[]>>;
