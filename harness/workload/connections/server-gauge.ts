import type { LoadResult } from "../../model/record/worker-result.ts";
import type { LoadContext } from "../context/load-context.ts";

const EVERY_MS = 2000;

type Gauge = NonNullable<LoadResult["connections"]["serverGauge"]>;

/**
 * Reads the server's own session count while the connections are held. The server caches it for half a
 * minute, so an answer only counts if it was collected after the first one that this watch read.
 */
export function watchServerGauge(load: LoadContext): { stop(): Promise<Gauge | undefined> } {
  const ended = new AbortController();
  const signal = AbortSignal.any([ended.signal, load.signal]);
  const reading = readUntil(load, signal);
  return {
    stop: () => {
      ended.abort(new Error("the hold is over"));
      return reading;
    },
  };
}

async function readUntil(load: LoadContext, signal: AbortSignal): Promise<Gauge | undefined> {
  let firstCollectedAt: string | undefined;
  let gauge: Gauge | undefined;
  while (!signal.aborted) {
    const stats = await load.admin.deploymentStats();
    if (!stats.ok) return gauge;
    const { collected_at: collectedAt, session_count: sessions } = stats.value;
    firstCollectedAt ??= collectedAt;
    if (collectedAt !== firstCollectedAt)
      gauge = { terminal: Math.max(0, sessions.reconnecting_pty), ssh: Math.max(0, sessions.ssh) };
    await load.clock.sleep(EVERY_MS, signal).catch(() => undefined);
  }
  return gauge;
}
