import { CoderHttp } from "../../coder/http/http.ts";
import { anything } from "../../coder/http/schemas.ts";
import type { Clock } from "../../tools/time/clock.ts";
import type { LoadStage, LoadWindow } from "../../model/record/worker-result.ts";
import type { LoadTask } from "../../model/ports/worker-task.ts";
import type { FailureLedger } from "../context/failures.ts";
import { newHistogram, percentileMs, recordMs, type Latencies } from "../generator/histogram.ts";

export const PROBE_EVERY_MS = 1000;
/** Nobody waits longer than this. */
const TIMEOUT_MS = 10_000;
/** The probes that `abortOn` considers: those of a minute, and few enough to sort at no cost. */
const RECENT_MS = 60_000;
const MOST_RECENT = 240;
/** How long the last probes may wait for an answer. */
const LAST_WAIT_MS = 2000;
/** With fewer probes, one slow answer would stop a load. */
const FEWEST = 20;

export interface ProbeOptions {
  readonly http: CoderHttp;
  readonly clock: Clock;
  /** A token that nothing else uses. */
  readonly token: string;
  readonly latencies: Latencies;
  readonly failures: FailureLedger;
  /** The current stage of the load. @default none */
  readonly stage?: () => LoadStage | undefined;
  readonly signal: AbortSignal;
  readonly abortOn?: LoadTask["abortOn"] | undefined;
  /** Called once when the deployment suffers more than `abortOn` allows. */
  readonly onSuffering: (why: string) => void;
  /** @default 1,000 */
  readonly everyMs?: number | undefined;
}

interface Sample {
  readonly sentMs: number;
  /** Absent until it has ended. */
  tookMs?: number;
  isError: boolean;
}

/**
 * A separate connection pool for the API probe, so that a probe waits neither for the load nor for unanswered
 * probes.
 */
export function probeHttp(
  transport: ConstructorParameters<typeof CoderHttp>[0],
  everyMs = PROBE_EVERY_MS,
): CoderHttp {
  return new CoderHttp({ ...transport, connections: Math.ceil(TIMEOUT_MS / everyMs) + 6 });
}

/**
 * Measures what other users feel: one cheap read per interval, alternately without and with a session, sent
 * when it is due and never retried.
 */
export class ApiProbe {
  readonly #options: ProbeOptions;
  readonly #everyMs: number;
  readonly #mostRecent: number;
  readonly #startMs = performance.now();
  readonly #window = newHistogram();
  readonly #recent: Sample[] = [];
  readonly #underWay = new Set<Promise<void>>();
  readonly #waiting = new Set<Sample>();
  readonly #all = newHistogram();
  #count = 0;
  #errors = 0;
  #windowErrors = 0;
  #sent = 0;
  #timer: NodeJS.Timeout | undefined;
  #isSuffering = false;
  #isStopped = false;

  constructor(options: ProbeOptions) {
    this.#options = options;
    this.#everyMs = options.everyMs ?? PROBE_EVERY_MS;
    this.#mostRecent = Math.min(MOST_RECENT, Math.ceil(RECENT_MS / this.#everyMs));
    this.#arm();
  }

  /** The probes since the last window; undefined if none ended and none waits. */
  window(): LoadWindow["probe"] {
    const count = this.#window.totalCount;
    const waiting = this.#waiting.size;
    if (count + waiting === 0) return undefined;
    // A server that hangs answers nothing: waiting probes count with their waiting time.
    const now = performance.now();
    for (const { sentMs } of this.#waiting) recordMs(this.#window, now - sentMs);
    const felt = {
      count,
      errors: this.#windowErrors,
      ...(waiting === 0 ? {} : { waiting }),
      p50Ms: percentileMs(this.#window, 50),
      maxMs: percentileMs(this.#window, 100),
    };
    this.#window.reset();
    this.#windowErrors = 0;
    return felt;
  }

  /** Ends the probe. Requests that are still unanswered have failed. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    const waited = new AbortController();
    const wait = this.#options.clock.sleep(LAST_WAIT_MS, waited.signal).catch(() => undefined);
    await Promise.race([Promise.all(this.#underWay), wait]);
    waited.abort(new Error("every probe was answered"));
    await this.#options.http.close();
    await Promise.all(this.#underWay);
  }

  #arm(): void {
    const dueMs = this.#startMs + this.#sent * this.#everyMs;
    this.#timer = setTimeout(
      () => {
        if (this.#options.signal.aborted) return;
        const sending = this.#send(dueMs, this.#sent++ % 2 === 0).finally(() =>
          this.#underWay.delete(sending),
        );
        this.#underWay.add(sending);
        this.#check();
        this.#arm();
      },
      Math.max(0, dueMs - performance.now()),
    );
    this.#timer.unref();
  }

  async #send(dueMs: number, isAnonymous: boolean): Promise<void> {
    const { http, token, signal, latencies, failures } = this.#options;
    const stage = this.#options.stage?.();
    const startedMs = performance.now();
    // A timer may fire up to a millisecond early: the intended start must not be after the real one.
    const at = { dueMs: Math.min(dueMs, startedMs), startedMs };
    const sample: Sample = { sentMs: startedMs, isError: false };
    this.#recent.push(sample);
    this.#waiting.add(sample);
    if (this.#recent.length > this.#mostRecent) this.#recent.shift();
    const answer = await http.call({
      method: "GET",
      path: isAnonymous ? "/api/v2/buildinfo" : "/api/v2/users/me",
      schema: anything,
      signal,
      timeoutMs: TIMEOUT_MS,
      retryThrottled: false,
      ...(isAnonymous ? {} : { token }),
    });
    this.#waiting.delete(sample);
    if (!answer.ok && answer.failure.kind === "aborted") return;
    if (!answer.ok && answer.failure.kind === "exhausted") {
      // Never sent, so it says nothing about what other users feel.
      this.#recent.splice(this.#recent.indexOf(sample), 1);
      failures.addAnswer("api-error", "api-probe", answer.failure);
      return;
    }
    const endMs = performance.now();
    const phases = ["api-probe" as const, ...(stage === undefined ? [] : [`api-probe-${stage}` as const])];
    sample.tookMs = endMs - startedMs;
    this.#count++;
    if (!answer.ok) {
      sample.isError = true;
      this.#errors++;
      this.#windowErrors++;
      failures.addAnswer("api-error", "api-probe", answer.failure);
      // A request that the probe's end cut short counts with its waiting time.
      const timeoutMs = this.#isStopped ? 0 : TIMEOUT_MS;
      for (const phase of phases) latencies.recordFailure(phase, { ...at, endMs }, timeoutMs);
      recordMs(this.#window, Math.max(timeoutMs, sample.tookMs));
      return;
    }
    recordMs(this.#window, sample.tookMs);
    recordMs(this.#all, sample.tookMs);
    for (const phase of phases) latencies.record(phase, { ...at, endMs });
  }

  /** Stops the load if the deployment suffers. Unanswered requests count with their waiting time. */
  #check(): void {
    const { abortOn, onSuffering } = this.#options;
    if (abortOn === undefined || this.#isSuffering || this.#recent.length < FEWEST) return;
    const now = performance.now();
    const took = this.#recent.map(({ sentMs, tookMs }) => tookMs ?? now - sentMs).sort((a, b) => a - b);
    const p95Ms = took[Math.ceil(took.length * 0.95) - 1] ?? 0;
    const errors = this.#recent.filter(({ isError }) => isError).length;
    const { apiP95Ms, errorShare } = abortOn;
    const of = `of its last ${this.#recent.length} requests`;
    const why = [
      apiP95Ms !== undefined && p95Ms > apiP95Ms
        ? `the API probe's p95 ${of} was ${Math.round(p95Ms)} ms (at most ${apiP95Ms} ms)`
        : undefined,
      errorShare !== undefined && errors / this.#recent.length > errorShare
        ? `${errors} ${of} failed (at most a share of ${errorShare})`
        : undefined,
    ].filter((reason) => reason !== undefined);
    if (why.length === 0) return;
    this.#isSuffering = true;
    onSuffering(`${why.join("; ")}. ${this.describe()}`);
  }

  /** The latencies of other users since the load began, as a sentence. */
  describe(): string {
    const waiting = this.#recent.filter(({ tookMs }) => tookMs === undefined).length;
    return (
      `Other users felt ${percentileMs(this.#all, 50)} ms at p50 and ${percentileMs(this.#all, 100)} ms at most; ` +
      `${this.#errors} of ${this.#count} requests failed, ${waiting} have no answer yet`
    );
  }
}
