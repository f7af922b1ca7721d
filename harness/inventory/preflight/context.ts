import type { Architecture } from "../../../reference-architectures/architecture.ts";
import type { ResolvedSize } from "../../../reference-architectures/catalogue.ts";
import type { Clock } from "../../tools/time/clock.ts";
import type { Inventory } from "../../model/ports/inventory.ts";
import type { RunId } from "../../model/run-id.ts";
import type { Web } from "./web.ts";

/** What every check knows, whichever cloud is asked. */
export interface PreflightContext {
  readonly architecture: Architecture;
  readonly size: ResolvedSize;
  /** Google project or AWS account, as it is pinned. */
  readonly project: string;
  readonly clock: Clock;
  /** How long the longest run takes with its teardown: so long must credential and licence last. */
  readonly neededMs: number;
  /** Of a run whose id is known already. */
  readonly runId?: RunId;
  /** Throws with the next step where it is missing or too old. */
  readonly terraform: (signal: AbortSignal) => Promise<{ readonly version: string; readonly path: string }>;
  /** Programs that are not on this machine, without which Coder's cluster or the load runner is out of reach. */
  readonly missingTools: () => Promise<readonly MissingTool[]>;
  /** An emulated cloud has neither: what is missing is told, and no reason not to start. */
  readonly emulated?: boolean;
  readonly inventory: Inventory;
  /** How leftovers are swept from the same place, such as `refbench sweep --project p`. */
  readonly sweepCommand: string;
  /** The licence itself: never in what a check finds. */
  readonly licence?: string;
  readonly web: Web;
  /** Where the load will come from: a machine of its own inside the network, or this one. @default "network" */
  readonly runner?: "network" | "local";
  /** Whether Coder serves TLS. @default false */
  readonly tls?: boolean;
  /** EKS: from where alone the cluster's API will be reached. @default anywhere */
  readonly clusterCidrs?: readonly string[];
  /** Who deploys, where a twin plays AWS. */
  readonly twinCallerArn?: string;
}

/** A program that is not there. */
export interface MissingTool {
  readonly tool: string;
  /** What it is needed for. */
  readonly why: string;
  readonly next: string;
}

/** The end of a run that would start now. */
export function endOf({ clock, neededMs }: PreflightContext): number {
  return clock.now() + neededMs;
}

/** Hours and minutes for people: `5h 32m`. */
export function hoursOf(ms: number): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000));
  return `${Math.floor(minutes / 60)}h ${String(minutes % 60).padStart(2, "0")}m`;
}
