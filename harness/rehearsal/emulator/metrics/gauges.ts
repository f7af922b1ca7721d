/** What happens now and has happened, for `deployment/stats` and Prometheus. */
export class Gauges {
  /** Open websockets by route pattern. */
  readonly websockets = new Map<string, number>();
  /** Requests answered by `code method pattern`. */
  readonly requests = new Map<string, number>();
  readonly buildsDone = new Map<string, number>();
  readonly queueWait = new DurationHistogram();
  readonly jobDuration = new DurationHistogram();
  terminals = 0;
  sshSessions = 0;
  bytesIn = 0;
  bytesOut = 0;

  socketOpened(pattern: string): () => void {
    add(this.websockets, pattern, 1);
    let open = true;
    return () => {
      if (open) add(this.websockets, pattern, -1);
      open = false;
    };
  }

  requestDone(code: number, method: string, pattern: string): void {
    add(this.requests, `${code} ${method} ${pattern}`, 1);
  }
}

/** Seconds in Prometheus buckets. */
export class DurationHistogram {
  static readonly bounds = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600] as const;
  readonly counts = DurationHistogram.bounds.map(() => 0);
  sum = 0;
  count = 0;

  observe(seconds: number): void {
    this.sum += seconds;
    this.count += 1;
    DurationHistogram.bounds.forEach((bound, index) => {
      if (seconds <= bound) this.counts[index] = (this.counts[index] ?? 0) + 1;
    });
  }
}

export function add(counters: Map<string, number>, key: string, by: number): void {
  counters.set(key, (counters.get(key) ?? 0) + by);
}
