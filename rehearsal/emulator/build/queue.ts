import { randomUUID } from "node:crypto";
import { now } from "../state/world.ts";
import { accepts, type Tags, UNTAGGED } from "../../../harness/model/provisioner-tags.ts";

/** The key with which a daemon is in the deployment. */
export interface DaemonKey {
  readonly id: string;
  readonly name: string;
}

/** Coder's name and id for the key of the daemons inside a replica. */
const BUILT_IN: DaemonKey = { id: "00000000-0000-0000-0000-000000000001", name: "built-in" };

/** One provisioner daemon: it does one job at a time. */
export interface Daemon {
  readonly id: string;
  readonly name: string;
  readonly createdAt: string;
  readonly tags: Tags;
  readonly key: DaemonKey;
  current?: string;
  previous?: string;
  /** When its connection ended, for an external one. */
  goneAt?: string;
}

/** A job that waits for a daemon; `run` keeps the daemon until its promise settles. */
export interface QueuedJob {
  readonly id: string;
  /** @default those of a template without tags */
  readonly tags?: Tags;
  run(daemon: Daemon): Promise<void>;
}

/**
 * First in, first out onto the daemons whose tags match: never more jobs run than there are daemons. Those of the
 * replicas are there from the start; external ones come and go.
 */
export class BuildQueue {
  readonly #daemons = new Set<Daemon>();
  readonly #idle = new Set<Daemon>();
  readonly #gone = new Set<Daemon>();
  readonly #waiting = new Map<string, QueuedJob>();

  constructor(replicas: number, daemonsEach: number) {
    const createdAt = now();
    for (let index = 0; index < replicas * daemonsEach; index += 1)
      this.#add({
        id: randomUUID(),
        name: `coder-${Math.floor(index / daemonsEach)}-${index % daemonsEach}`,
        createdAt,
        tags: UNTAGGED,
        key: BUILT_IN,
      });
  }

  /** The connected daemons. */
  get daemons(): readonly Daemon[] {
    return [...this.#daemons];
  }

  /** Those inside the replicas: Coder counts only these in its metrics. */
  get builtIn(): readonly Daemon[] {
    return [...this.#daemons].filter(({ key }) => key === BUILT_IN);
  }

  /** External daemons whose connection ended. */
  get gone(): readonly Daemon[] {
    return [...this.#gone];
  }

  get running(): number {
    return this.#daemons.size - this.#idle.size;
  }

  /** Lets an external daemon take jobs. */
  connect(daemon: Omit<Daemon, "id" | "createdAt">): Daemon {
    const connected = { ...daemon, id: randomUUID(), createdAt: now() };
    this.#add(connected);
    this.#next();
    return connected;
  }

  /** An external daemon went away. The job that it had is its caller's concern. */
  disconnect(daemon: Daemon): void {
    daemon.goneAt = now();
    this.#gone.add(daemon);
    this.#daemons.delete(daemon);
    this.#idle.delete(daemon);
  }

  #add(daemon: Daemon): void {
    this.#daemons.add(daemon);
    this.#idle.add(daemon);
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
      if (this.#idle.size === 0) return;
      const daemon = this.#idleFor(job);
      // Others behind it may match what is idle.
      if (daemon === undefined) continue;
      this.#idle.delete(daemon);
      this.#waiting.delete(id);
      daemon.current = id;
      const release = (): void => {
        daemon.previous = id;
        delete daemon.current;
        if (daemon.goneAt === undefined) this.#idle.add(daemon);
        this.#next();
      };
      job.run(daemon).then(release, release);
    }
  }

  #idleFor({ tags = UNTAGGED }: QueuedJob): Daemon | undefined {
    for (const daemon of this.#idle) if (accepts(daemon.tags, tags)) return daemon;
    return undefined;
  }
}
