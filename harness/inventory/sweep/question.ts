import type { Clock } from "../../tools/time/clock.ts";
import type { Inventory } from "../../model/ports/inventory.ts";
import type { RunId } from "../../model/run-id.ts";
import type { Ledger } from "./ledger.ts";
import type { RunState } from "./run-state.ts";

/** The request for a sweep. */
export interface SweepQuestion {
  /** Only this run; absent = everything of refbench. */
  readonly runId?: RunId;
  readonly olderThanMs: number;
  readonly includeUnlabelled: boolean;
  readonly dryRun: boolean;
  /** Absent = the default limit. */
  readonly maxResources?: number;
}

/** One place to sweep. */
export interface SweepTarget {
  /** The target's name in ledger and heartbeat: `twin`, `google/<project>`, `aws/<account>/<region>`. */
  readonly name: string;
  readonly inventory: Inventory;
  /** How long to wait before listing again after removals, and after a pass without progress. */
  readonly settle: {
    readonly quietMs: number;
    readonly pollMs: number;
    /** How long items in use are retried. */
    readonly patienceMs?: number;
  };
}

/** The folder's functions that a sweep needs. */
export interface SweepPorts {
  readonly clock: Clock;
  /** Returns the current state of runs, by the part of their ids that names contain. */
  readonly runs: () => Promise<ReadonlyMap<string, RunState>>;
  /** Manual environments of this folder, by the part of their ids that names contain. */
  readonly manualRuns: ReadonlySet<string>;
  readonly loadLedger: () => Promise<Ledger>;
  readonly saveLedger: (ledger: Ledger) => Promise<void>;
  /** Throws if another sweep took over. */
  readonly checkLease: () => Promise<void>;
  readonly reportLine: (line: string) => void;
}
