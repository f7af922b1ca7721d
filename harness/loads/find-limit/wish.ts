import type { LimitKind } from "../../workload/limit-search/limit.ts";

/** What is searched, and between which loads. */
export interface LimitWish {
  readonly kind: LimitKind;
  readonly from: number;
  readonly upTo: number;
  readonly resolution?: number;
  readonly maxSteps?: number;
  readonly maxMs?: number;
  readonly arrivalSeconds?: number;
}
