/** The source of the load in a record's platform, by the value of `--runner`. */
export const GENERATOR_PLACES = {
  network: "inside the network",
  local: "outside of it",
  job: "pods in Coder's cluster",
} as const;
