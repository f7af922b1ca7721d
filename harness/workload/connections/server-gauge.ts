import type { DeploymentStats } from "../../coder/http/schemas.ts";
import type { LoadResult } from "../../model/record/worker-result.ts";
import type { LoadContext } from "../context/load-context.ts";

/** Where the server does not say when it collects again. */
const USUAL_MS = 15_000;
const LEAST_MS = 500;

type Gauged = Pick<Partial<LoadResult["connections"]>, "serverGauge" | "serverGaugeAsked">;

/**
 * Reads the server's own session count while the connections are held. The server caches it for half a
 * minute, so an answer only counts if it was collected after the first one that this watch read. What it counts by is
 * Coder's heaviest query (github.com/coder/coder, issue 21334), so only the first part of a load asks, twice for each
 * time that the server collects.
 */
export function watchServerGauge(load: LoadContext): { stop(): Promise<Gauged> } {
  if (load.task.part !== undefined && load.task.part.index > 0) return { stop: () => Promise.resolve({}) };
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

async function readUntil(load: LoadContext, signal: AbortSignal): Promise<Gauged> {
  let firstCollectedAt: string | undefined;
  let gauged: Gauged = {};
  let asked = 0;
  while (!signal.aborted) {
    const stats = await load.admin.deploymentStats();
    asked++;
    if (!stats.ok) break;
    const { collected_at: collectedAt, session_count: sessions } = stats.value;
    firstCollectedAt ??= collectedAt;
    if (collectedAt !== firstCollectedAt)
      gauged = {
        serverGauge: { terminal: Math.max(0, sessions.reconnecting_pty), ssh: Math.max(0, sessions.ssh) },
      };
    await load.clock.sleep(pauseMs(stats.value), signal).catch(() => undefined);
  }
  return { ...gauged, serverGaugeAsked: asked };
}

/** Half of the time that the server keeps its answer, by its own stamps. */
function pauseMs({ collected_at: collectedAt, next_update_at: nextAt }: DeploymentStats): number {
  const keptMs = nextAt === undefined ? NaN : Date.parse(nextAt) - Date.parse(collectedAt);
  return keptMs > 0 ? Math.min(USUAL_MS, Math.max(LEAST_MS, keptMs / 2)) : USUAL_MS;
}
