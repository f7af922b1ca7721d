import { lookup as systemLookup, type LookupAddress } from "node:dns";
import type { LookupFunction } from "node:net";

/** As long as a browser keeps an address; longer, and a deployment that moves would be lost. */
const KEPT_MS = 10_000;

type Found = Promise<readonly LookupAddress[]>;

/**
 * Resolves each name once for all connections of the next seconds. The system's look-ups share four threads
 * of this process: at hundreds of connections a second they would wait for each other, and that would count
 * as Coder's latency.
 */
export function sharedLookup(
  lookup: typeof systemLookup = systemLookup,
  now: () => number = () => performance.now(),
): LookupFunction {
  const known = new Map<string, { readonly found: Found; readonly untilMs: number }>();
  return (name, options, answer) => {
    const { all, ...asked } = options;
    const key = JSON.stringify([name, asked.family, asked.hints]);
    let entry = known.get(key);
    if (entry === undefined || entry.untilMs <= now()) {
      const found: Found = new Promise((resolve, reject) =>
        lookup(name, { ...asked, all: true }, (error, addresses) =>
          error === null ? resolve(addresses) : reject(error),
        ),
      );
      entry = { found, untilMs: now() + KEPT_MS };
      known.set(key, entry);
      // After a failure, the next connection asks again.
      found.catch(() => known.delete(key));
    }
    entry.found.then(
      (addresses) => {
        const [first] = addresses;
        if (all === true) answer(null, [...addresses]);
        else answer(null, first?.address ?? "", first?.family);
      },
      (error: unknown) => answer(error as NodeJS.ErrnoException, ""),
    );
  };
}
