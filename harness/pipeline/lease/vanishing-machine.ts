import { LEASE_MS, type Lease } from "./lease.ts";

/** Whether this machine ends with its CI job, together with all detached processes. */
export function machineVanishes(env: NodeJS.ProcessEnv): boolean {
  return env["CI"] === "true" || env["CI"] === "1";
}

/** The properties of a planned run that matter when its machine ends. */
export interface MachineDependence {
  readonly vanishes: boolean;
  /** A rehearsal: what it creates ends with the machine too. */
  readonly simulated: boolean;
  /** Endpoint variables lead to an emulated cloud, which belongs to no account. */
  readonly emulatedCloud: boolean;
  readonly stateBucket: string | undefined;
  readonly mirror: string | undefined;
}

/** Why a run must not start on this machine, as the text of a usage error; undefined if it may start. */
export function findMachineRefusal({
  vanishes,
  simulated,
  emulatedCloud,
  stateBucket,
  mirror,
}: MachineDependence): string | undefined {
  if (!vanishes || simulated || emulatedCloud) return undefined;
  const missing = [
    ...(stateBucket === undefined ? ["--state gs://bucket or s3://bucket (REFBENCH_STATE)"] : []),
    ...(mirror === undefined || mirror.startsWith("file:")
      ? ["--mirror gs://bucket or s3://bucket (REFBENCH_MIRROR)"]
      : []),
  ];
  if (missing.length === 0) return undefined;
  return `CI=true: this machine ends with its job, and its state, journal and reaper with it, so a real run needs ${missing.join(" and ")}; create the bucket once, it stays yours`;
}

/** Whether this process may leave a run to its teardown, and who continues. */
export type LeavingDecision =
  { readonly may: true; readonly who: string } | { readonly may: false; readonly reason: string };

/**
 * Decides whether this process may end before the teardown. On a vanishing machine, the bucket must show a
 * holder whose renewal is recent.
 */
export function decideLeaving(asked: {
  readonly vanishes: boolean;
  /** The newest lease in the bucket. */
  readonly lease: Lease | undefined;
  /** Whether the holder runs on this machine. */
  readonly isOfThisMachine: (holder: Lease["holder"]) => boolean;
  readonly nowMs: number;
}): LeavingDecision {
  const { vanishes, lease, isOfThisMachine, nowMs } = asked;
  if (!vanishes) return { may: true, who: "the reaper of this machine" };
  if (lease === undefined) return { may: false, reason: "the bucket has never had a lease of this run" };
  if (lease.released) return { may: false, reason: "the lease in the bucket was released" };
  if (nowMs - lease.renewedAtMs >= LEASE_MS) {
    return { may: false, reason: `${holderText(lease)} last renewed the lease in the bucket too long ago` };
  }
  if (!isOfThisMachine(lease.holder)) return { may: true, who: holderText(lease) };
  const until = new Date(lease.renewedAtMs + LEASE_MS).toISOString();
  return {
    may: true,
    who: `the reaper of this machine, and from ${until} on the next holder of the lease`,
  };
}

function holderText({ holder }: Lease): string {
  return `process ${holder.pid} on ${holder.host}`;
}
