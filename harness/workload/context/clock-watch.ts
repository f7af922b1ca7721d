import type { Build, Job } from "../../coder/http/schemas.ts";
import { MOST_APART_MS } from "../../model/record/clocks.ts";
import type { ClockOffset } from "../../model/record/worker-result.ts";

/** A difference of two clocks lies between these, milliseconds. */
interface Bounds {
  readonly leastMs: number;
  readonly mostMs: number;
}

/** When a request was sent and answered, by `generatorNow`. */
export interface AskedClock {
  readonly sentMs: number;
  readonly answeredMs: number;
}

/** Stamps are cut to whole milliseconds when they are read. */
const CUT_MS = 1;

/** Milliseconds since the epoch by a clock that nobody sets while the process runs. */
export function generatorNow(): number {
  return performance.timeOrigin + performance.now();
}

/**
 * Bounds how far the deployment's clocks are from the generator's. Each stamp was made between two instants that the
 * generator knows: a workspace was created between its request and the answer; a build started after the last look
 * that showed it queued was sent, and before the answer of the first look that shows its start. `Date` headers would
 * say less: they are cut to seconds. Replicas behind one address are told apart where a stamp names the daemon.
 */
export class ClockWatch {
  readonly #bounds = new Map<string, Bounds[]>();
  /** By id of the build: what it is known to have reached, and since when the next stamp was known to be missing. */
  readonly #builds = new Map<string, { sinceMs: number; isStarted: boolean }>();

  /** A build was made for a request of ours. */
  created({ id, job }: Pick<Build, "id" | "job">, asked: AskedClock): void {
    this.#builds.set(id, { sinceMs: asked.sentMs, isStarted: false });
    this.#add("api", job.created_at, asked);
  }

  /** A look at a build, compared with what was known of it before; one that was never created here says nothing. */
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

  /** What is known of each clock; undefined when nothing was stamped. */
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

/** The parts of a load saw the same clocks: what both allow, or what more stamps say where they contradict each other. */
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

/** What most of the bounds agree on (Marzullo's algorithm: the stretch that the most of them cover). */
function offsetOf(clock: string, bounds: readonly Bounds[]): ClockOffset {
  const edges = bounds
    .flatMap(({ leastMs, mostMs }) => [
      { atMs: leastMs, by: 1 },
      { atMs: mostMs, by: -1 },
    ])
    .sort((a, b) => a.atMs - b.atMs || b.by - a.by);
  let [covering, most] = [0, 0];
  let best: Bounds = { leastMs: 0, mostMs: 0 };
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

function middleOf({ leastMs, mostMs }: Bounds): Pick<ClockOffset, "offsetMs" | "uncertaintyMs"> {
  return { offsetMs: rounded((leastMs + mostMs) / 2), uncertaintyMs: rounded((mostMs - leastMs) / 2) };
}

function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 100) / 100;
}

/** Daemons of a replica are named after it: `<host>-<number>`. */
function hostOf({ worker_name: name }: Job): string {
  return name == null || name === "" ? "any replica" : name.replace(/-\d+$/, "");
}
