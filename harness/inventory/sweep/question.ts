import type { Clock } from "../../tools/time/clock.ts";
import type { Inventory } from "../../model/ports/inventory.ts";
import type { RunId } from "../../model/run-id.ts";
import type { Ledger } from "./ledger.ts";
import type { RunState } from "./run-state.ts";

/** What a sweep is asked for. */
export interface SweepQuestion {
  /** One run alone; absent = everything of refbench. */
  readonly runId?: RunId;
  readonly olderThanMs: number;
  readonly includeUnlabelled: boolean;
  readonly dryRun: boolean;
  /** Absent = the limit by default. */
  readonly maxResources?: number;
}

/** One place to sweep. */
export interface SweepTarget {
  /** The name that ledger and heartbeat know it by: `twin`, `google/<project>`, `aws/<account>/<region>`. */
  readonly name: string;
  readonly inventory: Inventory;
  /** How long to wait before it is asked once more after removals, and the first wait after a pass without progress. */
  readonly settle: {
    readonly quietMs: number;
    readonly pollMs: number;
    /** How long it is asked again for what is in use. */
    readonly patienceMs?: number;
  };
}

/** What a sweep needs of the folder it works in. */
export interface SweepPorts {
  readonly clock: Clock;
  /** What the folder knows of runs at this moment, by what names carry of their ids. */
  readonly runs: () => Promise<ReadonlyMap<string, RunState>>;
  /** Environments made by hand in this folder, by what names carry of their ids. */
  readonly manualRuns: ReadonlySet<string>;
  readonly loadLedger: () => Promise<Ledger>;
  readonly saveLedger: (ledger: Ledger) => Promise<void>;
  /** Throws when another sweep took over. */
  readonly checkLease: () => Promise<void>;
  readonly tell: (line: string) => void;
}
