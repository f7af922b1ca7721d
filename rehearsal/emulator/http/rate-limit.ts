import { isOwner } from "./auth.ts";
import { problem } from "./reply.ts";
import type { Reply } from "./reply.ts";
import type { ApiRequest } from "./request.ts";
import type { Route } from "./router.ts";
import { isSwitchOn } from "../is-on.ts";

const WINDOW_MS = 60_000;
const DEFAULT_API_LIMIT = 512;
const STRICT_LIMITS = { login: 60, files: 12 } as const;
const BYPASS = "x-coder-bypass-ratelimit";

interface Counter {
  window: number;
  current: number;
  previous: number;
}

/** Coder's limits: (user or address) × endpoint, counted separately in each replica, over a sliding minute. */
export class RateLimits {
  readonly #apiLimit: number;
  readonly #disabled: boolean;
  readonly #counters = new Map<string, Counter>();
  #swept = 0;

  constructor(env: Readonly<Record<string, string>>) {
    const given = Number(env["CODER_API_RATE_LIMIT"]);
    this.#apiLimit = env["CODER_API_RATE_LIMIT"] && Number.isFinite(given) ? given : DEFAULT_API_LIMIT;
    this.#disabled = isSwitchOn(env["CODER_DANGEROUS_DISABLE_RATE_LIMITS"]);
  }

  /** The limits that `deployment/config` reports. */
  get settings(): { readonly api: number; readonly disable_all: boolean } {
    return { api: this.#disabled ? -1 : this.#apiLimit, disable_all: this.#disabled };
  }

  /** Counts the request; the answer to one too many. */
  check(request: ApiRequest, route: Route, nowMs = Date.now()): Reply | undefined {
    if (this.#disabled) return undefined;
    const bypass = isSwitchOn(String(request.headers[BYPASS] ?? ""));
    if (bypass && request.user) {
      if (isOwner(request.user)) return undefined;
      return { status: 428, text: `"X-Coder-Bypass-Ratelimit" provided but user is not owner\n` };
    }
    const who = request.user?.id ?? request.address;
    const limits = route.limit ? [STRICT_LIMITS[route.limit], this.#apiLimit] : [this.#apiLimit];
    for (const limit of limits) {
      if (limit <= 0) continue;
      if (this.#count(`${request.replica} ${limit} ${who} ${request.path}`, nowMs) > limit) {
        return problem(429, `You've been rate limited for sending more than ${limit} requests in 1m0s.`);
      }
    }
    return undefined;
  }

  #count(key: string, nowMs: number): number {
    const window = Math.floor(nowMs / WINDOW_MS);
    this.#sweep(window);
    let counter = this.#counters.get(key);
    if (!counter) this.#counters.set(key, (counter = { window, current: 0, previous: 0 }));
    if (counter.window !== window) {
      counter.previous = counter.window === window - 1 ? counter.current : 0;
      counter.current = 0;
      counter.window = window;
    }
    counter.current += 1;
    const remaining = 1 - (nowMs % WINDOW_MS) / WINDOW_MS;
    return counter.current + counter.previous * remaining;
  }

  #sweep(window: number): void {
    if (this.#swept === window) return;
    this.#swept = window;
    for (const [key, counter] of this.#counters) if (counter.window < window - 1) this.#counters.delete(key);
  }
}
