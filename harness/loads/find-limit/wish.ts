import type { LimitKind } from "../../workload/limit-search/limit.ts";

/** The quantity to search, and the loads between which to search. */
export interface LimitWish {
  readonly kind: LimitKind;
  readonly from: number;
  readonly upTo: number;
  readonly resolution?: number;
  readonly maxSteps?: number;
  readonly maxMs?: number;
  readonly arrivalSeconds?: number;
}
