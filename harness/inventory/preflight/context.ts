import type { Architecture } from "../../../reference-architectures/architecture.ts";
import type { ResolvedSize } from "../../../reference-architectures/catalogue.ts";
import type { Clock } from "../../tools/time/clock.ts";
import type { Inventory } from "../../model/ports/inventory.ts";
import type { RunId } from "../../model/run-id.ts";
import type { Web } from "./web.ts";

/** The input of every check, for any cloud. */
export interface PreflightContext {
  readonly architecture: Architecture;
  readonly size: ResolvedSize;
  /** The pinned Google project or AWS account. */
  readonly project: string;
  readonly clock: Clock;
  /** Duration of the longest run with its teardown: credentials and licence must last at least this long. */
  readonly neededMs: number;
  /** Present if the run's id is already known. */
  readonly runId?: RunId;
  /** Throws, with the next step, if Terraform is missing or too old. */
  readonly terraform: (signal: AbortSignal) => Promise<{ readonly version: string; readonly path: string }>;
  /** Lists missing programs that are needed to reach Coder's cluster or the load runner. */
  readonly missingTools: () => Promise<readonly MissingTool[]>;
  /** Whether the cloud is emulated: missing programs are then reported but do not prevent the start. */
  readonly emulated?: boolean;
  readonly inventory: Inventory;
  /** The command that sweeps leftovers in the same place, such as `refbench sweep --project p`. */
  readonly sweepCommand: string;
  /** The licence itself, which never appears in a finding. */
  readonly licence?: string;
  readonly web: Web;
  /** The machine that generates the load: a separate one in the network, or this one. @default "network" */
  readonly runner?: "network" | "local" | "job";
  /** Nodes of the environment's own cluster for pods that generate load. @default none */
  readonly generators?: number;
  /** Whether Coder serves TLS. @default false */
  readonly tls?: boolean;
  /** EKS: the address ranges that may reach the cluster's API. @default any */
  readonly clusterCidrs?: readonly string[];
  /** Own cluster: `kubectl` with the flags that name it. @default without flags */
  readonly kubectl?: string;
  /** The deploying identity, if a twin plays AWS. */
  readonly twinCallerArn?: string;
}

/** A missing program. */
export interface MissingTool {
  readonly tool: string;
  /** Its purpose. */
  readonly why: string;
  readonly next: string;
}

/** Returns the end of a run that would start now. */
export function endOf({ clock, neededMs }: PreflightContext): number {
  return clock.now() + neededMs;
}

/** Formats hours and minutes: `5h 32m`. */
export function hoursOf(ms: number): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000));
  return `${Math.floor(minutes / 60)}h ${String(minutes % 60).padStart(2, "0")}m`;
}
