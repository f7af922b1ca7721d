import { randomUUID } from "node:crypto";
import { now } from "../state/world.ts";

/** One provisioner daemon: it does one job at a time. */
export interface Daemon {
  readonly id: string;
  readonly name: string;
  readonly createdAt: string;
  current?: string;
  previous?: string;
}

/** A job that waits for a daemon; `run` keeps the daemon until its promise settles. */
export interface QueuedJob {
  readonly id: string;
  run(daemon: Daemon): Promise<void>;
}

/** First in, first out onto a fixed number of daemons: never more jobs run than there are daemons. */
export class BuildQueue {
  readonly daemons: readonly Daemon[];
  readonly #idle: Daemon[];
  readonly #waiting = new Map<string, QueuedJob>();

  constructor(replicas: number, daemonsEach: number) {
    const createdAt = now();
    this.daemons = Array.from({ length: replicas * daemonsEach }, (_, index) => ({
      id: randomUUID(),
      name: `coder-${Math.floor(index / daemonsEach)}-${index % daemonsEach}`,
      createdAt,
    }));
    this.#idle = [...this.daemons];
  }

  get running(): number {
    return this.daemons.length - this.#idle.length;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  submit(job: QueuedJob): void {
    this.#waiting.set(job.id, job);
    // The answer that made the job says `pending`, as the real server's does.
    setImmediate(() => this.#next());
  }

  /** Removes a waiting job; returns false when the job has already left the queue. */
  withdraw(id: string): boolean {
    return this.#waiting.delete(id);
  }

  /** Place in the queue from 1, 0 when not waiting. */
  positionOf(id: string): number {
    if (!this.#waiting.has(id)) return 0;
    let position = 0;
    for (const waiting of this.#waiting.keys()) {
      position += 1;
      if (waiting === id) break;
    }
    return position;
  }

  #next(): void {
    for (const [id, job] of this.#waiting) {
      const daemon = this.#idle.shift();
      if (!daemon) return;
      this.#waiting.delete(id);
      daemon.current = id;
      const release = (): void => {
        daemon.previous = id;
        delete daemon.current;
        this.#idle.push(daemon);
        this.#next();
      };
      job.run(daemon).then(release, release);
    }
  }
}
