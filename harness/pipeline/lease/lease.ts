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

/** How long a lease of a process on another machine is believed without a renewal. */
export const LEASE_MS = 10 * 60_000;

/**
 * How long a run continues when it cannot renew its lease: half of `LEASE_MS`. Before another machine may
 * take over, the work here has then ended, and what it asked a cloud for has become visible.
 */
export const UNRENEWED_MS = LEASE_MS / 2;

/** The content of a lease, both in the folder and in a bucket. */
export const leaseSchema = z.object({
  /** Grows with each holder. A holder that sees a larger number than its own must stop. */
  fence: z.number().int().positive(),
  holder: processIdentity,
  renewedAtMs: instantMs,
  released: z.boolean(),
});
export type Lease = z.infer<typeof leaseSchema>;

/**
 * The right to tear down one run. Each fencing number is one file, made by link(2), which fails when the
 * number is taken. So two reapers never hold the same number, and the larger number wins.
 */
export class LeaseBook {
  readonly #directory: string;
  readonly #clock: Clock;

  constructor(directory: string, clock: Clock) {
    this.#directory = directory;
    this.#clock = clock;
  }

  /**
   * The newest lease, or undefined when there never was one. Throws `run_folder` when the folder cannot be
   * read.
   */
  async current(): Promise<Lease | undefined> {
    // A folder that was copied without its empty folders never had a lease.
    const newest = newestFence((await listFolder(this.#directory)).map(({ name }) => name));
    if (newest === 0) return undefined;
    return parseLease((await findFile(this.#file(newest)))?.toString() ?? "", newest);
  }

  /** Whether somebody holds the lease, by one reading. Only `LeaseWatch` detects a holder that hangs. */
  async isHeld(): Promise<boolean> {
    const lease = await this.current();
    return lease !== undefined && this.holds(lease);
  }

  /** Takes the lease. Throws `lease_held` when another living process has it or was faster. */
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

  /** Renews the lease. Throws `lease_held` when another process took over. */
  async renew(lease: Lease): Promise<void> {
    await this.check(lease);
    await this.#rewrite({ ...lease, renewedAtMs: this.#clock.now() });
  }

  /**
   * Throws `lease_held` when a larger fencing number exists, or when the folder was moved away: another
   * process may hold the lease at the new place. Call it before every destructive step.
   */
  async check(lease: Lease): Promise<void> {
    const newest = await this.current();
    if (newest === undefined)
      throw new RefbenchError(
        "lease_held",
        `${this.#directory} was moved or removed while its run was torn down`,
      );
    if (newest.fence > lease.fence) throw heldBy(newest.holder);
  }

  /** Releases the lease, so that the next holder need not wait. */
  async release(lease: Lease): Promise<void> {
    await this.#rewrite({ ...lease, released: true });
  }

  /**
   * Whether the holder may be working, by one reading. The stamp of another machine is compared with this
   * machine's clock, as they share no other clock. If either clock is wrong, the fencing number decides.
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
      // Failed writes must not fill a full disk.
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

/** At most 15 digits: with more, two different numbers could be equal as floating-point numbers. */
const LEASE_NAME = /(?:^|\/)(\d{6,15})\.json$/;

/** The largest fencing number among these names; 0 when there never was a lease. */
export function newestFence(names: readonly string[]): number {
  return names.reduce((newest, name) => Math.max(newest, Number(LEASE_NAME.exec(name)?.[1] ?? 0)), 0);
}

/** Parses a lease. The number in its name decides, because the next holder takes the number after it. */
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

/**
 * Stands for a damaged lease: it keeps its number but blocks nobody. A holder that lives is fenced by the
 * next one.
 */
function lostLease(fence: number): Lease {
  return { fence, holder: { host: "", boot: "", pid: 1, startTime: "" }, renewedAtMs: 0, released: true };
}

/** Whether an error says that another process has the lease. Then the work here must end. */
export function isLeaseHeld(error: unknown): error is RefbenchError {
  return error instanceof RefbenchError && error.code === "lease_held";
}

/** The error for a lease that another process has. */
export function heldBy(holder: ProcessIdentity): RefbenchError {
  // A lease that could not be read names no process.
  const who = holder.host === "" ? "another process" : `process ${holder.pid} on ${holder.host}`;
  return new RefbenchError(
    "lease_held",
    `${who} already tears down this run: watch it with "refbench watch"`,
  );
}
