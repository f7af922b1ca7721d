import type { ObservedProfile, Unseen } from "../../model/observation/observation.ts";
import { messageOf } from "../../tools/error.ts";
import type { Clock } from "../../tools/time/clock.ts";
import type { FigureSource, Findings, Reading } from "../source.ts";
import { readCpuProfile, readGoroutines } from "./read-profile.ts";

/** Where profiles of replicas are asked for. */
export interface ProfileServers {
  /**
   * Asks the pprof server of a replica.
   * @throws with a reason for people, without secrets
   */
  ask(of: string, path: string, limits: { signal: AbortSignal; timeoutMs: number }): Promise<Buffer>;
  /** Closes connections. */
  close?(): Promise<void>;
}

/** A profile of a busy server has some 100 samples a second and core: 3 seconds show what counts. */
const SECONDS = 3;
const TIMEOUT_MS = 10_000;
/** Taking one costs the server little, but not nothing: each follows a clearly higher CPU than that before. */
const MOST_PROFILES = 3;
const LEAST_CORES = 0.1;
const HIGHER = 2;
const MOST_REPLICAS = 20;

/** A replica whose CPU was seen. */
interface Seen {
  taken: number;
  /** CPU when the last profile was begun, cores. */
  atCores: number;
  mostCores: number;
  /** The last complete one. */
  profile?: ObservedProfile;
}

/**
 * Adds CPU profiles to a source of `coderd.cpu`: of each replica when its CPU is clearly higher than at its last
 * profile, so that the last one shows the peak. Profiles are taken beside the readings, which do not wait for them.
 */
export function profiled(
  source: FigureSource,
  servers: ProfileServers,
  clock: Pick<Clock, "elapsed">,
): FigureSource {
  return new Profiled(source, servers, clock);
}

class Profiled implements FigureSource {
  readonly what: string;
  readonly #source: FigureSource;
  readonly #servers: ProfileServers;
  readonly #clock: Pick<Clock, "elapsed">;
  readonly #replicas = new Map<string, Seen>();
  readonly #running = new Map<string, Promise<void>>();
  readonly #unseen = new Map<string, Unseen>();
  readonly #ending = new AbortController();
  readonly #cost = { questions: 0, bytes: 0 };
  #startMs: number | undefined;

  constructor(source: FigureSource, servers: ProfileServers, clock: Pick<Clock, "elapsed">) {
    this.what = source.what;
    this.#source = source;
    this.#servers = servers;
    this.#clock = clock;
  }

  async read(signal: AbortSignal): Promise<Reading> {
    const isFirst = this.#startMs === undefined;
    this.#startMs ??= this.#clock.elapsed();
    const reading = await this.#source.read(signal);
    if (isFirst) return reading;
    for (const { series, of, value } of reading.samples) if (series === "coderd.cpu") this.#look(of, value);
    return reading;
  }

  async findings(startedAtMs: number, signal: AbortSignal): Promise<Findings> {
    const stop = (): void => this.#ending.abort(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
    const found = (await this.#source.findings?.(startedAtMs, signal)) ?? {};
    await Promise.all(this.#running.values());
    signal.removeEventListener("abort", stop);
    const profiles = [...this.#replicas.values()].flatMap(({ profile }) => profile ?? []);
    return {
      ...found,
      profiles: [...(found.profiles ?? []), ...profiles],
      unseen: [...(found.unseen ?? []), ...this.#unseen.values(), ...this.#notAtPeak()],
      questions: (found.questions ?? 0) + this.#cost.questions,
      bytes: (found.bytes ?? 0) + this.#cost.bytes,
    };
  }

  async close(): Promise<void> {
    this.#ending.abort();
    await Promise.all([this.#source.close?.(), this.#servers.close?.()]);
  }

  /** Replicas that were never busy enough, and those that became busier than when their last profile was taken. */
  #notAtPeak(): Unseen[] {
    return [...this.#replicas].flatMap(([of, { taken, atCores, mostCores }]) => {
      if (taken === 0)
        return [
          { what: `profile of ${of}`, why: `its CPU was never ${LEAST_CORES} cores: nothing to explain` },
        ];
      if (mostCores < HIGHER * atCores) return [];
      const why = `its last of ${taken} profiles began at ${atCores.toFixed(1)} cores, and its highest CPU was ${mostCores.toFixed(1)}`;
      return [{ what: `profile of ${of} at its peak`, why }];
    });
  }

  #look(of: string, cores: number): void {
    if (!this.#replicas.has(of) && this.#replicas.size >= MOST_REPLICAS) return;
    const seen: Seen = this.#replicas.get(of) ?? { taken: 0, atCores: 0, mostCores: 0 };
    this.#replicas.set(of, seen);
    seen.mostCores = Math.max(seen.mostCores, cores);
    const isHigher = cores >= LEAST_CORES && cores >= HIGHER * seen.atCores;
    if (!isHigher || seen.taken >= MOST_PROFILES || this.#running.has(of)) return;
    seen.taken++;
    seen.atCores = cores;
    const running = this.#take(of, seen)
      .catch((error: unknown) => {
        const why = messageOf(error);
        this.#unseen.set(`${of} ${why}`, { what: `profile of ${of}`, why });
      })
      .finally(() => this.#running.delete(of));
    this.#running.set(of, running);
  }

  async #take(of: string, seen: Seen): Promise<void> {
    const atMs = this.#clock.elapsed() - (this.#startMs ?? 0);
    const goroutines = readGoroutines(await this.#ask(of, "/debug/pprof/goroutine?debug=1"));
    const cpu = await readCpuProfile(await this.#ask(of, `/debug/pprof/profile?seconds=${SECONDS}`));
    seen.profile = { of, atMs: Math.round(atMs), goroutines, cpu };
  }

  async #ask(of: string, path: string): Promise<Buffer> {
    this.#cost.questions++;
    const bytes = await this.#servers.ask(of, path, { signal: this.#ending.signal, timeoutMs: TIMEOUT_MS });
    this.#cost.bytes += bytes.length;
    return bytes;
  }
}
