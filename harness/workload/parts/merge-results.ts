import type { FailureCount, GeneratorHealth, LoadResult } from "../../model/record/worker-result.ts";
import type { LoadTask } from "../../model/ports/worker-task.ts";
import { mergeBuilds } from "../context/builds.ts";
import { mergeClocks } from "../context/clock-watch.ts";
import { mergePolls } from "../context/poll-ledger.ts";
import { mergeHistograms } from "./merge-histograms.ts";
import { mergeWindows } from "./merge-windows.ts";
import { without } from "./without.ts";

type Connections = LoadResult["connections"];

/**
 * The parts of one load as one result, which merges further: counts add up, histograms and windows merge, and what
 * is no sum, such as the builds at once, is computed from what the parts kept for it.
 */
export function mergeResults(parts: readonly LoadResult[]): LoadResult {
  const [first, ...others] = parts;
  if (first === undefined) throw new RangeError("there is no result to merge");
  if (others.length === 0) return first;
  const series = parts.map(({ startedAtMs = 0, windows = [] }) => ({ startedAtMs, windows }));
  const { startedAtMs, windows } = mergeWindows(series);
  const aborted = [...new Set(parts.flatMap((part) => part.aborted ?? []))].sort().join("; ");
  const arrivals = parts.flatMap((part) => part.arrivals ?? []);
  const clocks = parts.flatMap((part) => part.clocks ?? []);
  const apps = parts.flatMap((part) => part.apps ?? []);
  const polls = mergePolls(parts.map((part) => part.polls));
  return {
    ...first,
    stopped: parts.some(({ stopped }) => stopped),
    startedAtMs,
    users: usersOf(parts),
    workspaces: summed(parts.map(({ workspaces }) => workspaces)),
    builds: mergeBuilds(parts.map(({ builds }) => builds)),
    connections: connectionsOf(parts.map(({ connections }) => connections)),
    ...(clocks.length === 0 ? {} : { clocks: mergeClocks(clocks) }),
    failures: failuresOf(parts),
    histograms: mergeHistograms(parts.flatMap(({ histograms }) => histograms)),
    generator: generatorOf(parts.map(({ generator }) => generator)),
    windows: [...windows],
    ...(arrivals.length === 0
      ? {}
      : { arrivals: { ...summed(arrivals), lateMaxMs: Math.max(...arrivals.map((one) => one.lateMaxMs)) } }),
    ...(apps.length === 0 ? {} : { apps: summed(apps) }),
    ...(polls === undefined ? {} : { polls }),
    ...(aborted === "" ? {} : { aborted }),
  };
}

/** A merged result as that of the whole task: without what its parts kept for merging. */
export function finished(task: LoadTask, result: LoadResult): LoadResult {
  const users = without(result.users, "owners");
  // Nobody in particular was asked for where the workspaces were there before.
  const asked = task.existing === undefined ? users.asked : users.withWorkspace;
  return { ...result, users: { ...users, asked } };
}

/** Whom two parts met is one user: of existing workspaces, or the caller alone. */
function usersOf(parts: readonly LoadResult[]): LoadResult["users"] {
  const counts = summed(parts.map(({ users }) => without(users, "owners")));
  const owners = [...new Set(parts.flatMap(({ users }) => users.owners ?? []))].sort();
  const isKnown = parts.every(({ users }) => users.owners !== undefined);
  return isKnown ? { ...counts, withWorkspace: owners.length, owners } : counts;
}

function connectionsOf(parts: readonly Connections[]): Connections {
  const counts = summed(parts.map((part) => without(part, "bytes", "traffic", "serverGauge")));
  const bytes = parts.flatMap((part) => part.bytes ?? []);
  const traffic = parts.flatMap((part) => part.traffic ?? []);
  const gauges = parts.flatMap((part) => part.serverGauge ?? []);
  return {
    ...counts,
    ...(bytes.length === 0 ? {} : { bytes: summed(bytes) }),
    ...(traffic.length === 0 ? {} : { traffic: summed(traffic) }),
    // Each part read the gauge of all sessions; which of the readings was nearest to the full hold, the fullest shows.
    ...(gauges.length === 0
      ? {}
      : {
          serverGauge: gauges.reduce((one, other) =>
            other.terminal + other.ssh > one.terminal + one.ssh ? other : one,
          ),
        }),
  };
}

function failuresOf(parts: readonly LoadResult[]): FailureCount[] {
  const kinds = new Map<string, FailureCount>();
  for (const failure of parts.flatMap(({ failures }) => failures)) {
    const key = `${failure.class} ${failure.phase}`;
    const known = kinds.get(key);
    kinds.set(key, known === undefined ? failure : mergedFailure(known, failure));
  }
  return [...kinds.values()].sort(
    (a, b) => b.count - a.count || `${a.class} ${a.phase}`.localeCompare(`${b.class} ${b.phase}`),
  );
}

/** The example and the kinds of reasons of the first part that has them: each part read its own logs. */
function mergedFailure(one: FailureCount, other: FailureCount): FailureCount {
  const reasons = new Map((one.reasons ?? []).map((reason) => [reason.error, reason]));
  for (const reason of other.reasons ?? []) {
    const known = reasons.get(reason.error);
    reasons.set(reason.error, known === undefined ? reason : { ...known, count: known.count + reason.count });
  }
  const count = one.count + other.count;
  return reasons.size === 0 ? { ...one, count } : { ...one, count, reasons: [...reasons.values()] };
}

/** As good as the worst part; memory and CPU are of all of them. */
function generatorOf(parts: readonly GeneratorHealth[]): GeneratorHealth {
  const { maxRssMib, cpuSeconds, childCpuSeconds } = summed(
    parts.map((part) => ({
      maxRssMib: part.maxRssMib,
      cpuSeconds: part.cpuSeconds,
      childCpuSeconds: part.childCpuSeconds ?? 0,
    })),
  );
  const machine = parts.find((part) => part.machine !== undefined)?.machine;
  return {
    slipP99Ms: Math.max(...parts.map((part) => part.slipP99Ms)),
    slipMaxMs: Math.max(...parts.map((part) => part.slipMaxMs)),
    eventLoopUtilization: Math.max(...parts.map((part) => part.eventLoopUtilization)),
    maxRssMib,
    cpuSeconds: Math.round(cpuSeconds * 100) / 100,
    childCpuSeconds: Math.round(childCpuSeconds * 100) / 100,
    ...(machine === undefined ? {} : { machine }),
    limited: parts.some(({ limited }) => limited),
    reasons: parts.flatMap(({ reasons }) => reasons),
  };
}

/** Each figure added up over those who have it. */
function summed<T extends object>(parts: readonly T[]): T {
  const sums: Record<string, number> = {};
  for (const part of parts)
    for (const [key, value] of Object.entries(part))
      if (typeof value === "number") sums[key] = (sums[key] ?? 0) + value;
  return sums as T;
}
