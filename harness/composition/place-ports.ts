import type { Ports } from "../pipeline/context/context.ts";

/** The ports that differ between a cloud and its twin. */
export type PlacePorts = Pick<
  Ports,
  | "childEnv"
  | "worker"
  | "inventory"
  | "settle"
  | "checks"
  | "lockProviders"
  | "hardEnds"
  | "cluster"
  | "machines"
  | "observer"
  | "others"
  | "podTroubles"
  | "unplayedFaults"
>;
