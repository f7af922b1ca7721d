import { LEASE_MS, type Lease } from "./lease.ts";

/** Whether this machine ends with its job, and everything detached on it as well. */
export function machineVanishes(env: NodeJS.ProcessEnv): boolean {
  return env["CI"] === "true" || env["CI"] === "1";
}

/** What a run is about to do, as far as its machine's end matters. */
export interface Footing {
  readonly vanishes: boolean;
  /** A rehearsal: what it creates ends with the machine too. */
  readonly simulated: boolean;
  /** Endpoint variables lead to an emulated cloud, which is nobody's account. */
  readonly emulatedCloud: boolean;
  readonly stateBucket: string | undefined;
  readonly mirror: string | undefined;
}

/** Why a run may not start on this machine, in the words of a usage error; undefined when it may. */
export function refusalOf({
  vanishes,
  simulated,
  emulatedCloud,
  stateBucket,
  mirror,
}: Footing): string | undefined {
  if (!vanishes || simulated || emulatedCloud) return undefined;
  const missing = [
    ...(stateBucket === undefined ? ["--state gs://bucket or s3://bucket (REFBENCH_STATE)"] : []),
    ...(mirror === undefined || mirror.startsWith("file:")
      ? ["--mirror gs://bucket or s3://bucket (REFBENCH_MIRROR)"]
      : []),
  ];
  if (missing.length === 0) return undefined;
  return `CI=true: this machine vanishes with its state, journal and reaper, so a real run needs ${missing.join(" and ")}; the bucket is yours, made once`;
}

/** Whether a run may be left to its teardown, and to whom. */
export type Leaving =
  { readonly may: true; readonly who: string } | { readonly may: false; readonly reason: string };

/** A machine that vanishes is left only once the bucket says who goes on: a holder whose renewal is believed. */
export function leaving(asked: {
  readonly vanishes: boolean;
  /** The newest lease in the bucket. */
  readonly lease: Lease | undefined;
  /** Whether the holder runs on this machine. */
  readonly isOfThisMachine: (holder: Lease["holder"]) => boolean;
  readonly nowMs: number;
}): Leaving {
  const { vanishes, lease, isOfThisMachine, nowMs } = asked;
  if (!vanishes) return { may: true, who: "the reaper of this machine" };
  if (lease === undefined) return { may: false, reason: "nobody ever held the lease in the bucket" };
  if (lease.released) return { may: false, reason: "the lease in the bucket was given back" };
  if (nowMs - lease.renewedAtMs >= LEASE_MS) {
    return { may: false, reason: `the lease in the bucket was last renewed by ${named(lease)} too long ago` };
  }
  if (!isOfThisMachine(lease.holder)) return { may: true, who: named(lease) };
  const until = new Date(lease.renewedAtMs + LEASE_MS).toISOString();
  return {
    may: true,
    who: `the reaper of this machine, and from ${until} on whoever takes the lease after it`,
  };
}

function named({ holder }: Lease): string {
  return `process ${holder.pid} on ${holder.host}`;
}
