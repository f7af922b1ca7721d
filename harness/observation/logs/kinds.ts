import type { Observation } from "../../model/observation/observation.ts";
import { maskChanging, scrub } from "./scrub.ts";

/** Kinds beyond these are counted as one. */
const MOST_KINDS = 100;
const MOST_CHARACTERS = 300;

type ObservedLog = NonNullable<Observation["logs"]>[number];

export interface LoggedLine {
  /** Whose log it is, as the series name it. */
  readonly of: string;
  readonly level: ObservedLog["level"];
  readonly message: string;
  /** Milliseconds since the load's start. */
  readonly atMs: number;
}

/** Counts lines by their kind. Nothing of a line is kept that was not scrubbed. */
export class LogKinds {
  readonly #kinds = new Map<string, { -readonly [K in keyof ObservedLog]: ObservedLog[K] }>();
  #beyond = 0;

  add({ of, level, message, atMs }: LoggedLine): void {
    const words = maskChanging(scrub(message)).trim().slice(0, MOST_CHARACTERS);
    const at = Math.max(0, Math.round(atMs));
    const key = `${of} ${level} ${words}`;
    const known = this.#kinds.get(key);
    if (known !== undefined) {
      known.count++;
      known.firstAtMs = Math.min(known.firstAtMs, at);
      known.lastAtMs = Math.max(known.lastAtMs, at);
    } else if (this.#kinds.size < MOST_KINDS)
      this.#kinds.set(key, { of, level, message: words, count: 1, firstAtMs: at, lastAtMs: at });
    else this.#beyond++;
  }

  /** Errors first, then by their number. */
  list(): readonly ObservedLog[] {
    return [...this.#kinds.values()].sort(
      (one, other) => one.level.localeCompare(other.level) || other.count - one.count,
    );
  }

  /** Lines of kinds that were not kept. */
  get beyond(): number {
    return this.#beyond;
  }
}
