import { z } from "zod";
import { messageOf } from "../../tools/error.ts";
import { exchange, splitUrl } from "../../tools/exchange.ts";
import { parseJson } from "../../tools/parse-json.ts";
import type { Clock } from "../../tools/time/clock.ts";

/** The sink keeps the time, so that asking seldom costs no accuracy. */
const ASK_EVERY_MS = 500;

/** What `refbench smtp` answers; `age_ms` is the time since the mail came, so that no two clocks are compared. */
const messages = z.array(z.object({ to: z.string(), age_ms: z.number().nonnegative() }));

/** The mails of a sink. */
export class MailSink {
  readonly #url: string;
  readonly #timeoutMs: number;

  constructor(url: string, timeoutMs: number) {
    this.#url = url.replace(/\/+$/, "");
    this.#timeoutMs = timeoutMs;
  }

  /** When the first mail whose subject has this name came to each address, in lower case, by `performance.now()`. */
  async find(name: string, signal?: AbortSignal): Promise<ReadonlyMap<string, number>> {
    const { origin, path } = splitUrl(this.#url);
    const { status, bytes } = await exchange({
      method: "GET",
      origin,
      path: `${path === "/" ? "" : path}/messages?subject=${encodeURIComponent(name)}`,
      headers: { accept: "application/json" },
      timeoutMs: this.#timeoutMs,
      signal,
    });
    const readMs = performance.now();
    if (status !== 200) throw new Error(`it answered ${status}`);
    const cameMs = new Map<string, number>();
    for (const { to, age_ms: ageMs } of messages.parse(parseJson(bytes.toString()))) {
      const atMs = readMs - ageMs;
      const address = to.toLowerCase();
      cameMs.set(address, Math.min(atMs, cameMs.get(address) ?? Infinity));
    }
    return cameMs;
  }

  /** As `find`, asked again until every address has one, or until the time is over. Names the last failure, if any. */
  async await(
    name: string,
    addresses: readonly string[],
    {
      clock,
      timeoutMs,
      signal,
    }: { readonly clock: Clock; readonly timeoutMs: number; readonly signal: AbortSignal },
  ): Promise<{ readonly cameMs: ReadonlyMap<string, number>; readonly failure?: string }> {
    const until = clock.elapsed() + timeoutMs;
    let cameMs: ReadonlyMap<string, number> = new Map();
    let failure: string | undefined;
    for (;;) {
      try {
        cameMs = await this.find(name, signal);
        failure = undefined;
      } catch (error) {
        failure = messageOf(error);
      }
      const isOver = signal.aborted || clock.elapsed() >= until;
      if (isOver || addresses.every((address) => cameMs.has(address)))
        return { cameMs, ...(failure === undefined ? {} : { failure }) };
      // A stop ends the wait, and the next round.
      await clock.sleep(ASK_EVERY_MS, signal).catch(() => undefined);
    }
  }
}
