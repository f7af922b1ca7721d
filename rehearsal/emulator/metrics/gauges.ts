/** Counts of present and past events, for `deployment/stats` and Prometheus. */
export class Gauges {
  /** Open websockets by route pattern. */
  readonly websockets = new Map<string, number>();
  /** Requests answered by `code method pattern`. */
  readonly requests = new Map<string, number>();
  /** Requests that are being answered, by `method pattern`. */
  readonly inFlight = new Map<string, number>();
  /** The time of each request until its answer, by `method pattern`, in Coder's own buckets. */
  readonly latencies = new DurationHistograms([0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5, 10, 30]);
  /** The wait of jobs in the queue, by `build_reason job_type transition`. */
  readonly queueWait = new DurationHistograms([0.1, 0.5, 1, 5, 10, 30, 60, 120, 300, 600, 900, 1_800]);
  /** The duration of jobs, by `status`. */
  readonly jobDuration = new DurationHistograms([1, 10, 30, 60, 300, 600, 1_800, 3_600]);
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

  /** Counts a request from its start until the function that this returns is called with the answer's code. */
  requestBegan(method: string, pattern: string): (code: number) => void {
    const labels = `${method} ${pattern}`;
    const beganMs = performance.now();
    add(this.inFlight, labels, 1);
    return (code) => {
      add(this.inFlight, labels, -1);
      add(this.requests, `${code} ${labels}`, 1);
      this.latencies.observe(labels, (performance.now() - beganMs) / 1_000);
    };
  }
}

/** Seconds in Prometheus buckets, by label values with blanks between. */
export class DurationHistograms {
  readonly bounds: readonly number[];
  readonly byLabels = new Map<string, DurationHistogram>();

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
  }

  observe(labels: string, seconds: number): void {
    const histogram = this.byLabels.get(labels) ?? { counts: this.bounds.map(() => 0), sum: 0, count: 0 };
    this.byLabels.set(labels, {
      counts: histogram.counts.map((count, index) => count + (seconds <= (this.bounds[index] ?? 0) ? 1 : 0)),
      sum: histogram.sum + seconds,
      count: histogram.count + 1,
    });
  }
}

/** How many were at most each bound, and all. */
interface DurationHistogram {
  readonly counts: readonly number[];
  readonly sum: number;
  readonly count: number;
}

export function add(counters: Map<string, number>, key: string, by: number): void {
  counters.set(key, (counters.get(key) ?? 0) + by);
}
