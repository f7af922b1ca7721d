/** What a record's platform says of where the load came from, by the value of `--runner`. */
export const GENERATOR_PLACES = { network: "inside the network", local: "outside of it" } as const;
