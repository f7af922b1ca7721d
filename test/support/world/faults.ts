/** Something that stays behind in a cloud because no Terraform state knows it, by the reason it does. */
export interface PlantedLeak {
  readonly name: string;
  readonly kind: string;
  /** Why an ordinary destroy misses it. */
  readonly because: string;
  /** The kind that it keeps from being deleted, as a firewall rule keeps its network. */
  readonly blocks?: "google_compute_network" | "google_compute_subnetwork";
  /** Carries the run's labels; what does not is found by its name or by what it lives in. */
  readonly labelled: boolean;
  readonly madeByController?: boolean;
  /** Only what Coder's own Terraform made carries this. */
  readonly managedByCoder?: boolean;
}

/** Faults of Terraform and its cloud. */
export interface TerraformFaults {
  /** The create after this many of the stack is refused. */
  readonly refuse?: { readonly stack: string; readonly after: number };
  /** The create after this many of the stack is done, and the state never hears of it. */
  readonly loseAnswer?: { readonly stack: string; readonly after: number };
  readonly refusedDestroys: number;
  /** That many destroys delete one thing, and then fail. */
  readonly cutDestroys?: number;
  /** The state of this stack cannot be read any more once it is destroyed. */
  readonly stateLost?: string;
  /** A terraform whose caller dies works on, as a detached child does, or dies with it. */
  readonly orphan: "goes-on" | "dies";
}

/** Faults of the inventory and its deletes. */
export interface InventoryFaults {
  /**
   * Lists from the nth on fail, answer in part, or lie: they call themselves complete and show nothing, or show some
   * things and one that does not exist.
   */
  readonly failing?: {
    readonly nth: number;
    readonly times: number;
    readonly how: "failed" | "partial" | "empty" | "lies";
  };
  /** How long something is hidden after it was made. */
  readonly lateMs: number;
  readonly throttledRemoves: number;
  /** Deletes of this thing are refused for so long; null = for ever. */
  readonly stuck?: { readonly id: string; readonly forMs: number | null };
}

/** A leak and the moment it appears. */
export interface Planting {
  readonly leak: PlantedLeak;
  readonly when: "apply" | "load" | "destroy" | "empty-answer";
}

/** The wall clock is set at a boundary, counted over all processes. */
export interface ClockStep {
  readonly at: number;
  readonly byMs: number;
}

/** All faults of a simulated world. */
export interface WorldFaults {
  readonly terraform: TerraformFaults;
  readonly inventory: InventoryFaults;
  readonly leaks: readonly Planting[];
  /** The wall clock is set at these boundaries. */
  readonly clockSteps: readonly ClockStep[];
}

export const NO_FAULTS: WorldFaults = {
  terraform: { refusedDestroys: 0, orphan: "dies" },
  inventory: { lateMs: 0, throttledRemoves: 0 },
  leaks: [],
  clockSteps: [],
};
