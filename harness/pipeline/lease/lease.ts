import { link, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { z } from "zod";
import type { Clock } from "../../tools/time/clock.ts";
import { RefbenchError } from "../../tools/error.ts";
import { instantMs } from "../../tools/time/instant.ts";
import { findFile, listFolder } from "../../tools/files/local-files.ts";
import { parseJson } from "../../tools/parse-json.ts";
import { livenessOf, processIdentity, type ProcessIdentity } from "../../tools/process/process-identity.ts";

/** How long the lease of a process on another machine is believed without renewal. */
export const LEASE_MS = 10 * 60_000;

/**
 * How long a run goes on that cannot renew its lease. Half as long as it is believed: by the time that another machine
 * may take it over, what is at work here has ended, and what it had asked a cloud for is there to be seen.
 */
export const UNRENEWED_MS = LEASE_MS / 2;

/** What a lease says, in the folder and in a bucket alike. */
export const leaseSchema = z.object({
  /** Grows with each holder: who sees a larger number than its own must stop. */
  fence: z.number().int().positive(),
  holder: processIdentity,
  renewedAtMs: instantMs,
  released: z.boolean(),
});
export type Lease = z.infer<typeof leaseSchema>;

/**
 * The right to tear one run down. One file a fencing number, made by link(2), which fails when the number is
 * taken: two reapers can never hold the same number, and the larger number wins.
 */
export class LeaseBook {
  readonly #directory: string;
  readonly #clock: Clock;

  constructor(directory: string, clock: Clock) {
    this.#directory = directory;
    this.#clock = clock;
  }

  /** The newest lease, or undefined when nobody ever held one; throws `run_folder` where nobody can say. */
  async current(): Promise<Lease | undefined> {
    // A folder that was copied without its empty folders never had a lease.
    const newest = newestFence((await listFolder(this.#directory)).map(({ name }) => name));
    if (newest === 0) return undefined;
    return parseLease((await findFile(this.#file(newest)))?.toString() ?? "", newest);
  }

  /** Whether somebody holds it, as far as one look can say: `LeaseWatch` sees a holder that hangs. */
  async isHeld(): Promise<boolean> {
    const lease = await this.current();
    return lease !== undefined && this.holds(lease);
  }

  /** Takes the lease; throws `lease_held` when another living process has it or was faster. */
  async acquire(holder: ProcessIdentity): Promise<Lease> {
    const last = await this.current();
    if (last !== undefined && this.holds(last)) throw heldBy(last.holder);
    const lease: Lease = {
      fence: (last?.fence ?? 0) + 1,
      holder,
      renewedAtMs: this.#clock.now(),
      released: false,
    };
    await mkdir(this.#directory, { recursive: true });
    const temporary = await this.#writeTemporary(lease);
    try {
      await link(temporary, this.#file(lease.fence));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      throw heldBy((await this.current())?.holder ?? holder);
    } finally {
      await rm(temporary, { force: true });
    }
    return lease;
  }

  /** Says that the holder still works; throws `lease_held` when somebody took over. */
  async renew(lease: Lease): Promise<void> {
    await this.check(lease);
    await this.#rewrite({ ...lease, renewedAtMs: this.#clock.now() });
  }

  /**
   * Fencing: throws `lease_held` when a larger number exists, or when the folder was moved away, since another may
   * hold it where it is now. To be asked before every destructive step.
   */
  async check(lease: Lease): Promise<void> {
    const newest = await this.current();
    if (newest === undefined)
      throw new RefbenchError("lease_held", `${this.#directory} was moved or removed`);
    if (newest.fence > lease.fence) throw heldBy(newest.holder);
  }

  /** Gives it back, so that another need not wait. */
  async release(lease: Lease): Promise<void> {
    await this.#rewrite({ ...lease, released: true });
  }

  /**
   * Whether one look leaves it possible that the holder is at work. The stamp of another machine is compared with this
   * one's clock, since they share no other: where either is wrong, the fencing number decides.
   */
  holds(lease: Lease): boolean {
    if (lease.released) return false;
    switch (livenessOf(lease.holder)) {
      case "alive":
      case "unknown":
        return true;
      case "dead":
        return false;
      case "elsewhere":
        return this.#clock.now() - lease.renewedAtMs < LEASE_MS;
    }
  }

  async #rewrite(lease: Lease): Promise<void> {
    const temporary = await this.#writeTemporary(lease);
    try {
      await rename(temporary, this.#file(lease.fence));
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }

  async #writeTemporary(lease: Lease): Promise<string> {
    const temporary = join(this.#directory, `.${randomBytes(6).toString("hex")}`);
    try {
      await writeFile(temporary, JSON.stringify(lease));
    } catch (error) {
      // A full disk must not fill with the tries to write on it.
      await rm(temporary, { force: true });
      throw error;
    }
    return temporary;
  }

  #file(fence: number): string {
    return join(this.#directory, leaseName(fence));
  }
}

/** Name of the file or object of a fencing number. */
export function leaseName(fence: number): string {
  return `${String(fence).padStart(6, "0")}.json`;
}

/** Beyond these digits two numbers that differ could be the same one. */
const LEASE_NAME = /(?:^|\/)(\d{6,15})\.json$/;

/** The largest fencing number among these names; 0 where nobody ever held the lease. */
export function newestFence(names: readonly string[]): number {
  return names.reduce((newest, name) => Math.max(newest, Number(LEASE_NAME.exec(name)?.[1] ?? 0)), 0);
}

/** The lease in a text; its name's number decides, since the next holder's is the one after it. */
export function parseLease(text: string, fence: number): Lease {
  try {
    return asLease(leaseSchema.safeParse(parseJson(text)).data, fence);
  } catch {
    return lostLease(fence);
  }
}

function asLease(lease: Lease | undefined, fence: number): Lease {
  return lease?.fence === fence ? lease : lostLease(fence);
}

/** A lease whose content is damaged keeps its number and holds nobody off: a holder that lives is fenced by the next. */
function lostLease(fence: number): Lease {
  return { fence, holder: { host: "", boot: "", pid: 1, startTime: "" }, renewedAtMs: 0, released: true };
}

/** Whether an error says that another process has the lease: then what is at work here has to end. */
export function isLeaseHeld(error: unknown): error is RefbenchError {
  return error instanceof RefbenchError && error.code === "lease_held";
}

/** The error of a lease that another process has. */
export function heldBy(holder: ProcessIdentity): RefbenchError {
  // A lease that could not be read names nobody.
  const who = holder.host === "" ? "another process" : `process ${holder.pid} on ${holder.host}`;
  return new RefbenchError(
    "lease_held",
    `${who} tears this run down already: watch it with "refbench watch"`,
  );
}
