import type { Bucket } from "../../model/ports/bucket.ts";
import type { Clock } from "../../tools/time/clock.ts";
import { heldBy, LEASE_MS, type Lease, leaseName, newestFence, parseLease } from "../lease/lease.ts";
import { mirrorKeys } from "./mirror.ts";
import { isOfThisBoot, livenessOf, type ProcessIdentity } from "../../tools/process/process-identity.ts";

/**
 * The right to tear down one run, across machines. Like `LeaseBook`, with one object per fencing number, put
 * only if it does not exist.
 */
export class BucketLeaseBook {
  readonly #bucket: Bucket;
  readonly #prefix: string;
  readonly #clock: Clock;

  constructor(bucket: Bucket, runId: string, clock: Clock) {
    this.#bucket = bucket;
    this.#prefix = mirrorKeys.leases(runId);
    this.#clock = clock;
  }

  /** The newest lease, or undefined when nobody ever held one. */
  async current(): Promise<Lease | undefined> {
    const fence = await this.#newestFence();
    if (fence === 0) return undefined;
    const bytes = await this.#bucket.get(this.#key(fence));
    if (bytes === undefined) return undefined;
    return parseLease(Buffer.from(bytes).toString(), fence);
  }

  /** Whether the lease's holder is believed to work. */
  holds(lease: Lease): boolean {
    if (lease.released) return false;
    // Machines of a hosted CI share names: another boot with this machine's name may be another machine at
    // work.
    if (isOfThisBoot(lease.holder)) return livenessOf(lease.holder) === "alive";
    return this.#clock.now() - lease.renewedAtMs < LEASE_MS;
  }

  /** Takes the lease. Throws `lease_held` when another process has it or was faster. */
  async acquire(holder: ProcessIdentity): Promise<Lease> {
    const last = await this.current();
    if (last !== undefined && this.holds(last)) throw heldBy(last.holder);
    const lease: Lease = {
      fence: (last?.fence ?? 0) + 1,
      holder,
      renewedAtMs: this.#clock.now(),
      released: false,
    };
    if (!(await this.#bucket.putIfAbsent(this.#key(lease.fence), encoded(lease))))
      throw heldBy((await this.current())?.holder ?? holder);
    return lease;
  }

  /** Renews the lease. Throws `lease_held` when another process took over. */
  async renew(lease: Lease): Promise<void> {
    await this.check(lease);
    await this.#bucket.put(this.#key(lease.fence), encoded({ ...lease, renewedAtMs: this.#clock.now() }));
  }

  /** Throws `lease_held` when a larger fencing number exists. */
  async check(lease: Lease): Promise<void> {
    if ((await this.#newestFence()) <= lease.fence) return;
    throw heldBy((await this.current())?.holder ?? lease.holder);
  }

  /** Releases the lease, so that the next holder need not wait. */
  async release(lease: Lease): Promise<void> {
    await this.#bucket.put(this.#key(lease.fence), encoded({ ...lease, released: true }));
  }

  async #newestFence(): Promise<number> {
    return newestFence(await this.#bucket.list(this.#prefix));
  }

  #key(fence: number): string {
    return `${this.#prefix}${leaseName(fence)}`;
  }
}

function encoded(lease: Lease): Uint8Array {
  return Buffer.from(JSON.stringify(lease));
}
