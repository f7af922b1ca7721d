/** The role of a run's machine, for roles on which figures depend. */
export type MeasuredRole = "coder" | "runner";

/** A machine that is measured, or that measures, as its cloud says. */
export interface MeasuredMachine {
  readonly name: string;
  readonly role: MeasuredRole;
  /** Such as "Intel Ice Lake"; absent where the cloud does not say. */
  readonly cpuPlatform?: string;
}

/** Something that the cloud did to a machine of the run: it stood still, or stopped, while it was measured. */
export interface HostEvent {
  readonly machine: string;
  readonly what:
    "moved to another host" | "stopped for its host's maintenance" | "lost its host" | "restarted";
  /** ISO 8601. */
  readonly at: string;
}

/** A cloud's report about a run's machines. */
export type MachinesAnswer =
  | {
      readonly state: "read";
      readonly machines: readonly MeasuredMachine[];
      readonly events: readonly HostEvent[];
    }
  | { readonly state: "failed"; readonly reason: string };

/** Asks the cloud for the machines of the run, and for what it did to them since then. Never throws for a refusal. */
export type ReadMachines = (sinceMs: number, signal: AbortSignal) => Promise<MachinesAnswer>;

/** The role of a machine or node pool, by the end of its name. */
export function roleOfName(name: string): MeasuredRole | undefined {
  return (["coder", "runner"] as const).find((role) => name.endsWith(`-${role}`));
}
