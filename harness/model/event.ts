import type { BootTime } from "./moment.ts";
import type { RunCost } from "./cost.ts";
import type { LoadProgress } from "./shard-result.ts";
import type { Stage } from "./stage.ts";
import type { TerraformProgress, TerraformSummary } from "./terraform.ts";
import type { Verdict } from "./verdict.ts";

/** What the engine tells: typed events, written to `events.jsonl` and handed to the reporter. Only `harness/cli` prints. */
export type RunEvent =
  | {
      readonly type: "run.started";
      readonly runId: string;
      readonly architecture: string;
      readonly size: string;
      readonly simulated: boolean;
      readonly folder: string;
    }
  | { readonly type: "stage.started"; readonly stage: Stage }
  | {
      readonly type: "stage.finished";
      readonly stage: Stage;
      readonly outcome: "ok" | "failed" | "interrupted" | "skipped";
      readonly durationMs: number;
      readonly message?: string;
    }
  | { readonly type: "terraform.planned"; readonly stack: string; readonly summary: TerraformSummary }
  | { readonly type: "terraform.progress"; readonly stack: string; readonly progress: TerraformProgress }
  | { readonly type: "load.progress"; readonly progress: LoadProgress }
  | { readonly type: "cost.estimated"; readonly cost: Omit<RunCost, "spent"> }
  /** USD from the first create until now, by the estimate's rates; told whenever it is a cent more. */
  | { readonly type: "cost.progress"; readonly spent: number; readonly ceiling?: number }
  | { readonly type: "note"; readonly level: "info" | "warning" | "error"; readonly message: string }
  | { readonly type: "teardown.handed-over"; readonly reaperPid: number }
  | { readonly type: "drain.progress"; readonly deleted: number; readonly remaining: number }
  | { readonly type: "sweep.removed"; readonly kind: string; readonly name: string }
  | {
      readonly type: "audit.finished";
      readonly verdict: "clean" | "leaked" | "unverified";
      readonly left: number;
      readonly scope: string;
    }
  | { readonly type: "run.finished"; readonly verdict: Verdict; readonly exitCode: number };

/** An event as it is stored: one line of `events.jsonl`. */
export type StoredEvent = RunEvent & {
  readonly at: string;
  /** The same moment by a clock that nobody can set; absent in what earlier versions stored. */
  readonly sinceBoot?: BootTime;
};

/** Where events go. Must not throw. */
export interface Reporter {
  report(event: StoredEvent): void;
}
