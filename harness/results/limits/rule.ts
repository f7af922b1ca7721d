import type { LimitEvidence, LimitFinding } from "../../model/observation/limits.ts";
import type { Moment, ObservedLoad } from "./observed-load.ts";

/** One thing that can hold a load back. The data are shown in docs/limits.md. */
export interface LimitRule {
  readonly id: string;
  /** What limits, in words that complete "limited by …". */
  readonly limit: string;
  /** When it holds, with every threshold. */
  readonly condition: string;
  /** Where the thresholds come from; for one of ours, why it is what it is. */
  readonly source: string;
  /** What it means for the deployment. */
  readonly indicates: string;
  readonly advice: string;
  readonly confidence: LimitFinding["confidence"];
  readonly judge: (load: ObservedLoad) => Judgement;
}

/** A moment of the load in which a rule held. */
export interface HeldMoment {
  readonly moment: Moment;
  readonly evidence: LimitEvidence;
  /** How far beyond its threshold, 1 = just reached: the strongest moments become evidence. */
  readonly strength: number;
}

/** What a rule found. */
export type Judgement =
  /** The deployment or the load has nothing that this rule is about. */
  | { readonly state: "not-applicable" }
  /** Something that it needs is missing. */
  | { readonly state: "cannot-judge"; readonly why: string }
  | {
      readonly state: "judged";
      readonly held: readonly HeldMoment[];
      /** How many moments the rule is about, such as those in which builds ran. */
      readonly among: number;
      /** Things happened at instants, so that one moment is enough. @default false */
      readonly isOfEvents?: boolean;
      /** Lower than the rule's own, where something that would confirm it was not seen. */
      readonly confidence?: LimitFinding["confidence"];
      /** Advice for what was found, where a rule has several causes. */
      readonly advice?: string;
    };

export const NOT_APPLICABLE: Judgement = { state: "not-applicable" };

export function cannotJudge(why: string): Judgement {
  return { state: "cannot-judge", why };
}
