import type { Clock } from "../../harness/tools/time/clock.ts";
import type { ApiName } from "./api-names.ts";
import { GoogleRefusal } from "./refusal.ts";

/** An error that an accepted operation ends with. */
export interface OperationError {
  readonly code: string;
  readonly message: string;
  /** Compute's own words about it, such as the quota that was exceeded. */
  readonly errorDetails?: readonly unknown[];
}

/** The work of an operation, and its target. */
export interface OperationWork {
  readonly api: ApiName;
  /** Google's word for it, such as `insert` or `CREATE_CLUSTER`. */
  readonly type: string;
  /** The resource's path below the API's version. */
  readonly target: string;
  /** Path of the target's operations, such as `projects/p/zones/z`. */
  readonly scope: string;
  readonly durationMs: number;
  /** Done at its end; an answer is the error that the operation ends with. */
  readonly finish: () => OperationError | undefined;
}

/** An operation as the routes of each API write it. */
export interface Operation {
  readonly work: OperationWork;
  readonly name: string;
  readonly id: string;
  readonly startedAt: string;
  readonly endedAt: string | undefined;
  readonly done: boolean;
  readonly error: OperationError | undefined;
}

interface Running {
  readonly work: OperationWork;
  readonly name: string;
  readonly id: string;
  readonly startedAt: string;
  readonly endsAtMs: number;
  endedAt?: string;
  error?: OperationError | undefined;
  done: boolean;
}

/** Operations that take time: each ends when its time has come, whether somebody follows it or not. */
export class Operations {
  readonly #clock: Clock;
  readonly #all: Running[] = [];
  /** Errors that operations end with, by a part of their target. */
  readonly errors = new Map<string, OperationError>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  start(work: OperationWork): Operation {
    const id = String(1_000_000_000_000_000 + this.#all.length + 1);
    const running: Running = {
      work,
      name: `operation-${this.#all.length + 1}`,
      id,
      startedAt: new Date(this.#clock.now()).toISOString(),
      endsAtMs: this.#clock.elapsed() + work.durationMs,
      done: false,
    };
    this.#all.push(running);
    this.settle();
    return read(running);
  }

  /** Ends what is due. */
  settle(): void {
    for (const running of this.#all) {
      if (running.done || running.endsAtMs > this.#clock.elapsed()) continue;
      running.done = true;
      running.endedAt = new Date(this.#clock.now()).toISOString();
      const planned = [...this.errors].find(([part]) => running.work.target.includes(part))?.[1];
      running.error = planned ?? running.work.finish();
    }
  }

  find(api: ApiName, scope: string, name: string): Operation {
    const found = this.#all.find(
      (one) => one.work.api === api && one.work.scope === scope && one.name === name,
    );
    if (found === undefined) {
      throw new GoogleRefusal(404, "notFound", `The resource '${scope}/operations/${name}' was not found`);
    }
    return read(found);
  }

  /** The operation that is still at work on a target. */
  on(api: ApiName, target: string): Operation | undefined {
    const found = this.#all.find((one) => !one.done && one.work.api === api && one.work.target === target);
    return found === undefined ? undefined : read(found);
  }

  list(api: ApiName): readonly Operation[] {
    return this.#all.filter((one) => one.work.api === api).map(read);
  }
}

function read({ work, name, id, startedAt, endedAt, done, error }: Running): Operation {
  return { work, name, id, startedAt, endedAt, done, error };
}
