import { readFileSync } from "node:fs";

/** Clock ticks of /proc/<pid>/stat; the kernel's interface fixes them. */
const TICKS_PER_SECOND = 100;
const EVERY_MS = 200;

/** A process's use of CPU and memory during one activity. */
export interface Usage {
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** Highest resident memory seen, MiB. */
  readonly rssMib: number;
}

/** Resident memory of a process in MiB, and the highest of its whole life if the kernel tells. Throws once it has ended. */
export function readMemory(pid: number): { readonly rssMib: number; readonly peakMib?: number } {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const mib = (field: string): number | undefined => {
    const [, kib] = new RegExp(`${field}:\\s+(\\d+)`).exec(status) ?? [];
    return kib === undefined ? undefined : Number(kib) / 1024;
  };
  const peakMib = mib("VmHWM");
  return { rssMib: mib("VmRSS") ?? 0, ...(peakMib === undefined ? {} : { peakMib }) };
}

/** Watches a process of this machine and splits its use by the activity that it reports. */
export class ProcessUsage {
  readonly #pid: number;
  readonly #byActivity = new Map<string, { seconds: number; cpuSeconds: number; rssMib: number }>();
  readonly #timer: NodeJS.Timeout;
  #activity = "starting";
  #atMs = performance.now();
  #cpuSeconds = 0;
  #peakMib = 0;

  constructor(pid: number) {
    this.#pid = pid;
    this.#timer = setInterval(() => this.#sample(), EVERY_MS);
  }

  /** From here on it does something else. */
  now(activity: string): void {
    if (activity === this.#activity) return;
    this.#sample();
    this.#activity = activity;
  }

  of(activity: string): Usage {
    return this.#byActivity.get(activity) ?? { seconds: 0, cpuSeconds: 0, rssMib: 0 };
  }

  /** Its use in each activity. */
  all(): readonly Usage[] {
    return [...this.#byActivity.values()];
  }

  /** Highest resident memory of its whole life, as the kernel kept it. */
  peakMib(): number {
    this.#sample();
    return this.#peakMib;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #sample(): void {
    try {
      const stat = readFileSync(`/proc/${this.#pid}/stat`, "utf8");
      // The name in parentheses may hold anything.
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      const cpuSeconds = (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
      const { rssMib, peakMib = this.#peakMib } = readMemory(this.#pid);
      this.#peakMib = peakMib;
      const nowMs = performance.now();
      const used = this.#byActivity.get(this.#activity) ?? { seconds: 0, cpuSeconds: 0, rssMib: 0 };
      used.seconds += (nowMs - this.#atMs) / 1000;
      used.cpuSeconds += cpuSeconds - this.#cpuSeconds;
      used.rssMib = Math.max(used.rssMib, rssMib);
      this.#byActivity.set(this.#activity, used);
      this.#atMs = nowMs;
      this.#cpuSeconds = cpuSeconds;
    } catch {
      // It has ended: the earlier samples remain valid.
    }
  }
}
