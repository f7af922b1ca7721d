import {
  MOST_SAMPLES,
  MOST_SERIES,
  OBSERVE_EVERY_MS,
  type Observation,
  type ObservedSeries,
  type Unseen,
} from "../model/observation/observation.ts";
import { SERIES } from "../model/observation/series.ts";
import type { Observing } from "../model/ports/observer.ts";
import type { Clock } from "../tools/time/clock.ts";
import { messageOf } from "../tools/error.ts";
import type { FigureSource, Findings, Reading, Sample } from "./source.ts";
import { fourDigits } from "../model/observation/four-digits.ts";

/** A source that is slower than this has no value in the sample; the next sample does not wait for it. */
const READ_TIMEOUT_SHARE = 0.8;
const FINDINGS_TIMEOUT_MS = 30_000;
/** Messages of errors may differ at each sample. */
const MOST_REASONS = 200;

export interface ObserveOptions {
  readonly clock: Clock;
  /** @default 5,000 */
  readonly everyMs?: number | undefined;
}

/**
 * Reads all sources every few seconds until it is stopped. A source that fails, hangs or is slow lacks values, which
 * the observation lists with the reason; nothing that a source does ends the observation.
 */
export function observe(sources: readonly FigureSource[], options: ObserveOptions): Observing {
  const ending = new AbortController();
  const sampler = new Sampler(sources, options);
  const sampled = sampler.run(ending.signal);
  let result: Promise<Observation> | undefined;
  const finish = async (): Promise<Observation> => {
    ending.abort();
    await sampled;
    return sampler.finish();
  };
  return { stop: () => (result ??= finish()) };
}

/** Values of one series; its place in the grid is the index of the sample. */
interface Line {
  readonly name: Sample["series"];
  readonly of: string;
  values: (number | null)[];
}

class Sampler {
  readonly #sources: readonly FigureSource[];
  readonly #clock: Clock;
  readonly #startedAtMs: number;
  readonly #startCpu = process.cpuUsage();
  readonly #lines = new Map<string, Line>();
  readonly #missed = new Map<string, { readonly unseen: Unseen; samples: number }>();
  readonly #busy = new Set<FigureSource>();
  #everyMs: number;
  #samples = 0;
  #skippedSeries = 0;
  #skippedReasons = 0;
  readonly #cost = { questions: 0, bytes: 0, totalMs: 0, maxMs: 0, asked: 0 };

  constructor(sources: readonly FigureSource[], { clock, everyMs = OBSERVE_EVERY_MS }: ObserveOptions) {
    this.#sources = sources;
    this.#clock = clock;
    this.#everyMs = everyMs;
    this.#startedAtMs = clock.now();
  }

  async run(signal: AbortSignal): Promise<void> {
    const beganMs = this.#clock.elapsed();
    while (!signal.aborted) {
      await this.#sample();
      // By the grid, so that a slow sample does not move the ones after it.
      const dueMs = beganMs + this.#samples * this.#everyMs;
      await this.#clock.sleep(Math.max(0, dueMs - this.#clock.elapsed()), signal).catch(() => undefined);
    }
  }

  async finish(): Promise<Observation> {
    const within = AbortSignal.timeout(FINDINGS_TIMEOUT_MS);
    const found: Findings[] = [];
    for (const source of this.#sources) {
      await source
        .findings?.(this.#startedAtMs, within)
        .then((each) => found.push(each))
        .catch((error: unknown) => found.push({ unseen: [{ what: source.what, why: messageOf(error) }] }));
      await source.close?.().catch(() => undefined);
    }
    const cpu = process.cpuUsage(this.#startCpu);
    const { questions, bytes, totalMs, maxMs, asked } = this.#cost;
    const listed = (key: "statements" | "logs" | "events" | "profiles" | "pubsub") => {
      const all = found.flatMap((each) => (each[key] ?? []) as unknown[]);
      return all.length === 0 ? {} : { [key]: all };
    };
    const never = found.flatMap(({ unseen = [] }) => unseen);
    return {
      startedAtMs: this.#startedAtMs,
      everyMs: this.#everyMs,
      samples: this.#samples,
      series: [...this.#lines.values()].map((line) => this.#complete(line)),
      unseen: [...this.#unseen(), ...never],
      cost: {
        cpuSeconds: fourDigits((cpu.user + cpu.system) / 1e6),
        maxRssMib: Math.round(process.resourceUsage().maxRSS / 1024),
        questions: found.reduce((sum, each) => sum + (each.questions ?? 0), questions),
        bytes: found.reduce((sum, each) => sum + (each.bytes ?? 0), bytes),
        meanMs: fourDigits(asked === 0 ? 0 : totalMs / asked),
        maxMs: fourDigits(maxMs),
      },
      ...listed("statements"),
      ...listed("logs"),
      ...listed("events"),
      ...listed("profiles"),
      ...listed("pubsub"),
    };
  }

  async #sample(): Promise<void> {
    const index = this.#samples;
    this.#samples++;
    const startMs = this.#clock.elapsed();
    const limit = new AbortController();
    const done = new AbortController();
    const limitMs = this.#everyMs * READ_TIMEOUT_SHARE;
    const expired = this.#clock.sleep(limitMs, done.signal).then(
      () => limit.abort(new Error(`no answer within ${fourDigits(limitMs / 1000)} s`)),
      () => undefined,
    );
    const all = Promise.all(this.#sources.map((source) => this.#read(source, index, limit.signal)));
    await Promise.race([all, expired]);
    done.abort();
    const tookMs = this.#clock.elapsed() - startMs;
    this.#cost.totalMs += tookMs;
    this.#cost.maxMs = Math.max(this.#cost.maxMs, tookMs);
    this.#cost.asked++;
    if (this.#samples >= MOST_SAMPLES) this.#halve();
  }

  async #read(source: FigureSource, index: number, signal: AbortSignal): Promise<void> {
    // One that ignored its signal still runs: a second question would only add to its work.
    if (this.#busy.has(source)) {
      this.#miss({ what: source.what, why: "it still answers an earlier question" });
      return;
    }
    this.#busy.add(source);
    try {
      const reading = await source.read(signal);
      this.#take(reading, index);
    } catch (error) {
      this.#miss({ what: source.what, why: messageOf(signal.aborted ? signal.reason : error) });
    } finally {
      this.#busy.delete(source);
    }
  }

  #take({ samples, questions, bytes, unseen = [] }: Reading, index: number): void {
    this.#cost.questions += questions;
    this.#cost.bytes += bytes;
    for (const each of unseen) this.#miss(each);
    for (const { series, of, value } of samples) {
      const possible = possibleValue(series, value);
      if (possible === undefined) {
        this.#miss({ what: `${SERIES[series].words} of ${of}`, why: "some values cannot be true" });
        continue;
      }
      const key = `${series} ${of}`;
      let line = this.#lines.get(key);
      if (line === undefined) {
        if (this.#lines.size >= MOST_SERIES) {
          this.#skippedSeries++;
          continue;
        }
        line = { name: series, of, values: [] };
        this.#lines.set(key, line);
      }
      while (line.values.length < index) line.values.push(null);
      // A late answer belongs to the sample that asked for it.
      line.values[Math.min(index, this.#samples - 1)] = fourDigits(possible);
    }
  }

  #miss(unseen: Unseen): void {
    const key = `${unseen.what} ${unseen.why}`;
    const known = this.#missed.get(key);
    if (known !== undefined) known.samples++;
    else if (this.#missed.size < MOST_REASONS) this.#missed.set(key, { unseen, samples: 1 });
    else this.#skippedReasons++;
  }

  #unseen(): Unseen[] {
    const missed = [...this.#missed.values()].map(({ unseen, samples }) =>
      samples < this.#samples ? { ...unseen, samples } : unseen,
    );
    if (this.#skippedReasons > 0)
      missed.push({ what: "other figures", why: `there are more than ${MOST_REASONS} reasons` });
    if (this.#skippedSeries > 0)
      missed.push({ what: "series", why: `more than ${MOST_SERIES} were offered` });
    return missed;
  }

  /** Merges neighbours, so that a load of a day is no larger than one of an hour. */
  #halve(): void {
    for (const line of this.#lines.values()) {
      const { values } = this.#complete(line);
      line.values = values.flatMap((value, index) =>
        index % 2 === 0 ? [mean(value, values[index + 1])] : [],
      );
    }
    this.#samples = Math.ceil(this.#samples / 2);
    this.#everyMs *= 2;
  }

  #complete({ name, of, values }: Line): ObservedSeries {
    return { name, of, values: Array.from({ length: this.#samples }, (_, index) => values[index] ?? null) };
  }
}

/** A share is of a time that two clocks measured, so a little more than all of it is all of it. */
const MOST_SHARE = 1.1;

/** The value as it can be true; undefined if it cannot. */
function possibleValue(series: Sample["series"], value: number): number | undefined {
  if (!Number.isFinite(value) || value < 0) return undefined;
  if (SERIES[series].unit !== "share") return value;
  return value > MOST_SHARE ? undefined : Math.min(1, value);
}

function mean(one: number | null, other: number | null | undefined): number | null {
  if (one === null || other === null || other === undefined) return one ?? other ?? null;
  return fourDigits((one + other) / 2);
}
