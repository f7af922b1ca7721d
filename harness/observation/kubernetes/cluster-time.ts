import type { ClusterAccess } from "../../kubernetes/access.ts";
import { readServerTime } from "../../kubernetes/server-time.ts";
import type { Clock } from "../../tools/time/clock.ts";

/** A cluster's own time, as stamps of its objects and logs have it. */
export class ClusterTime {
  /** The cluster's time at which this was made, milliseconds since the epoch. */
  readonly startMs: number;

  private constructor(startMs: number) {
    this.startMs = startMs;
  }

  /** Asks the API server for its clock; uses this machine's if it does not answer. */
  static async read(access: ClusterAccess, clock: Clock, signal: AbortSignal): Promise<ClusterTime> {
    const nowMs = clock.now();
    const time = await readServerTime(access, clock, signal);
    return new ClusterTime(nowMs + (time.state === "read" ? time.aheadMs : 0));
  }

  /** Milliseconds since the start; undefined for what is no stamp. */
  since(stamp: string | undefined): number | undefined {
    const stampMs = Date.parse(stamp ?? "");
    return Number.isNaN(stampMs) ? undefined : stampMs - this.startMs;
  }

  /** The start as the API takes it. */
  get startStamp(): string {
    return new Date(this.startMs).toISOString();
  }
}
