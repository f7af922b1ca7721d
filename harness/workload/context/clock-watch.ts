import type { Build, Job } from "../../coder/http/schemas.ts";
import { MOST_APART_MS } from "../../model/record/clocks.ts";
import type { ClockOffset } from "../../model/record/worker-result.ts";

/** Bounds of the difference of two clocks, in milliseconds. */
export interface ClockBounds {
  readonly leastMs: number;
  readonly mostMs: number;
}

/** When a request was sent and answered, by `generatorNow`. */
export interface AskedClock {
  readonly sentMs: number;
  readonly answeredMs: number;
}

/** Stamps are cut to whole milliseconds when they are parsed. */
const CUT_MS = 1;

/** Milliseconds since the epoch, by a clock that nobody sets while the process runs. */
export function generatorNow(): number {
  return performance.timeOrigin + performance.now();
}

/**
 * Bounds how far the deployment's clocks are from the generator's. Each stamp was made between two instants
 * that the generator knows. A workspace was created between its request and the answer. A build started after
 * the last request that still showed it queued, and before the first answer that shows its start. `Date`
 * headers are cut to seconds, so they say less. Replicas behind one address are distinguished if a stamp
 * names the daemon.
 */
export class ClockWatch {
  readonly #bounds = new Map<string, ClockBounds[]>();
  /** By build id: whether it has started, and since when its next stamp was known to be missing. */
  readonly #builds = new Map<string, { sinceMs: number; isStarted: boolean }>();

  /** Adds a build that this load requested. */
  created({ id, job }: Pick<Build, "id" | "job">, asked: AskedClock): void {
    this.#builds.set(id, { sinceMs: asked.sentMs, isStarted: false });
    this.#add("api", job.created_at, asked);
  }

  /**
   * Adds an observation of a build, compared with the one before. Builds that this load did not request are
   * ignored.
   */
  looked({ id, job }: Pick<Build, "id" | "job">, { sentMs, answeredMs }: AskedClock): void {
    const known = this.#builds.get(id);
    if (known === undefined) return;
    const name = `builds on ${hostOf(job)}`;
    const between = { sentMs: known.sinceMs, answeredMs };
    if (job.started_at != null && !known.isStarted) this.#add(name, job.started_at, between);
    if (job.completed_at != null) {
      this.#add(name, job.completed_at, between);
      this.#builds.delete(id);
    } else this.#builds.set(id, { sinceMs: sentMs, isStarted: job.started_at != null });
  }

  /** The offset of each clock; undefined without stamps. */
  result(): ClockOffset[] | undefined {
    if (this.#bounds.size === 0) return undefined;
    return [...this.#bounds]
      .map(([clock, bounds]) => offsetOf(clock, bounds))
      .sort((a, b) => a.clock.localeCompare(b.clock));
  }

  #add(clock: string, stamp: string, { sentMs, answeredMs }: AskedClock): void {
    const atMs = Date.parse(stamp);
    if (!Number.isFinite(atMs)) return;
    const bounds = { leastMs: atMs - answeredMs, mostMs: atMs + CUT_MS - sentMs };
    const known = this.#bounds.get(clock);
    if (known === undefined) this.#bounds.set(clock, [bounds]);
    else known.push(bounds);
  }
}

/**
 * Merges the offsets that parts of a load measured for the same clocks: the range that both allow or, if they
 * contradict, that with more stamps.
 */
export function mergeClocks(parts: readonly ClockOffset[]): ClockOffset[] {
  const byName = new Map<string, ClockOffset>();
  for (const part of parts) {
    const known = byName.get(part.clock);
    byName.set(part.clock, known === undefined ? part : together(known, part));
  }
  return [...byName.values()].sort((a, b) => a.clock.localeCompare(b.clock));
}

function together(one: ClockOffset, other: ClockOffset): ClockOffset {
  const leastMs = Math.max(one.offsetMs - one.uncertaintyMs, other.offsetMs - other.uncertaintyMs);
  const mostMs = Math.min(one.offsetMs + one.uncertaintyMs, other.offsetMs + other.uncertaintyMs);
  const [more, less] = one.samples >= other.samples ? [one, other] : [other, one];
  const samples = one.samples + other.samples;
  const astray = one.astray + other.astray;
  if (leastMs <= mostMs) return { clock: one.clock, samples, ...middleOf({ leastMs, mostMs }), astray };
  const isAstray = leastMs - mostMs > MOST_APART_MS;
  return { ...more, samples, astray: isAstray ? more.astray + less.samples : astray };
}

/** The offset that most bounds agree on (Marzullo's algorithm: the range that most of them cover). */
export function offsetOf(clock: string, bounds: readonly ClockBounds[]): ClockOffset {
  const edges = bounds
    .flatMap(({ leastMs, mostMs }) => [
      { atMs: leastMs, by: 1 },
      { atMs: mostMs, by: -1 },
    ])
    .sort((a, b) => a.atMs - b.atMs || b.by - a.by);
  let [covering, most] = [0, 0];
  let best: ClockBounds = { leastMs: 0, mostMs: 0 };
  for (const [index, { atMs, by }] of edges.entries()) {
    covering += by;
    if (covering <= most) continue;
    most = covering;
    best = { leastMs: atMs, mostMs: edges[index + 1]?.atMs ?? atMs };
  }
  const astray = bounds.filter(
    ({ leastMs, mostMs }) => leastMs - best.mostMs > MOST_APART_MS || best.leastMs - mostMs > MOST_APART_MS,
  ).length;
  return { clock, samples: bounds.length, ...middleOf(best), astray };
}

function middleOf({ leastMs, mostMs }: ClockBounds): Pick<ClockOffset, "offsetMs" | "uncertaintyMs"> {
  return { offsetMs: rounded((leastMs + mostMs) / 2), uncertaintyMs: rounded((mostMs - leastMs) / 2) };
}

function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 100) / 100;
}

/** The replica of a daemon, whose name is `<host>-<number>`. */
function hostOf({ worker_name: name }: Job): string {
  return name == null || name === "" ? "any replica" : name.replace(/-\d+$/, "");
}
