import { joinObservations } from "../../model/observation/join-observations.ts";
import type { FailureCount, LoadResult, LoadWindow } from "../../model/record/worker-result.ts";
import type { LoadTask } from "../../model/ports/worker-task.ts";
import { mergeBuilds } from "../context/builds.ts";
import { mergeClocks } from "../context/clock-watch.ts";
import { mergePolls } from "../context/poll-ledger.ts";
import type { LostPart } from "../../model/record/parts.ts";
import { mergeGenerators } from "./merge-generators.ts";
import { mergeHistograms } from "./merge-histograms.ts";
import { mergeMixed } from "./merge-mixed.ts";
import { mergeWindows } from "./merge-windows.ts";
import { bySharedClock } from "./shared-clock.ts";
import { without } from "./without.ts";

type Connections = LoadResult["connections"];

/**
 * Merges the parts of one load into one result, which can be merged further. Counts add up, and histograms
 * and windows merge. Figures that are not sums, such as builds at once, are calculated from data that the
 * parts kept for this.
 */
export function mergeResults(results: readonly LoadResult[]): LoadResult {
  const parts = results.map(bySharedClock);
  const [first, ...others] = parts;
  if (first === undefined) throw new RangeError("there is no result to merge");
  if (others.length === 0) return first;
  const { startedAtMs, windows } = mergeWindows(
    parts.map(({ startedAtMs: at = 0, windows: own = [], generator: { place } }) => ({
      ...{ startedAtMs: at, windows: own, place },
    })),
  );
  const lostParts = parts.flatMap((part) =>
    (part.lostParts ?? []).map((lost) => moveLoss(lost, (part.startedAtMs ?? 0) - startedAtMs)),
  );
  const aborted = [...new Set(parts.flatMap((part) => part.aborted ?? []))].sort().join("; ");
  const arrivals = parts.flatMap((part) => part.arrivals ?? []);
  const clocks = parts.flatMap((part) => part.clocks ?? []);
  const apps = parts.flatMap((part) => part.apps ?? []);
  const mixed = mergeMixed(parts.flatMap((part) => part.mixed ?? []));
  const polls = mergePolls(parts.map((part) => part.polls));
  const traced = parts.flatMap((part) => part.traced ?? []);
  const observation = joinObservations(parts.flatMap((part) => part.observation ?? []));
  return {
    ...first,
    stopped: parts.some(({ stopped }) => stopped),
    startedAtMs,
    users: mergeUsers(parts),
    workspaces: addUp(parts.map(({ workspaces }) => workspaces)),
    builds: mergeBuilds(parts.map(({ builds }) => builds)),
    connections: mergeConnections(parts.map(({ connections }) => connections)),
    ...(clocks.length === 0 ? {} : { clocks: mergeClocks(clocks) }),
    failures: mergeFailures(parts),
    histograms: mergeHistograms(parts.flatMap(({ histograms }) => histograms)),
    generator: mergeGenerators(parts.map(({ generator }) => generator)),
    windows: windows.map((window) => markLoss(window, lostParts)),
    ...(lostParts.length === 0 ? {} : { lostParts: lostParts.toSorted((a, b) => a.part - b.part) }),
    ...(arrivals.length === 0
      ? {}
      : { arrivals: { ...addUp(arrivals), lateMaxMs: Math.max(...arrivals.map((one) => one.lateMaxMs)) } }),
    ...(apps.length === 0 ? {} : { apps: addUp(apps) }),
    ...(mixed === undefined ? {} : { mixed }),
    ...(polls === undefined ? {} : { polls }),
    ...(observation === undefined ? {} : { observation }),
    ...(traced.length === 0 ? {} : { traced }),
    ...(aborted === "" ? {} : { aborted }),
  };
}

/** A loss by the start of the whole load, which may be before the part's. */
function moveLoss(lost: LostPart, byMs: number): LostPart {
  return { ...lost, atMs: lost.atMs + byMs, knownUntilMs: lost.knownUntilMs + byMs };
}

/** Marks a window that lacks figures of lost parts. */
function markLoss(window: LoadWindow, lostParts: readonly LostPart[]): LoadWindow {
  const lacking = lostParts.filter(({ knownUntilMs }) => knownUntilMs < window.endMs).length;
  return lacking === 0 ? window : { ...window, lostParts: lacking };
}

/** Completes a merged result: removes what its parts only kept for merging. */
export function finishMerge(task: LoadTask, result: LoadResult): LoadResult {
  const users = without(result.users, "owners");
  // With existing workspaces, the task names no number of users.
  const asked = task.existing === undefined ? users.asked : users.withWorkspace;
  return { ...result, users: { ...users, asked } };
}

/** Merges users. A user seen by two parts counts once: the owner of existing workspaces, or the caller. */
function mergeUsers(parts: readonly LoadResult[]): LoadResult["users"] {
  const counts = addUp(parts.map(({ users }) => without(users, "owners")));
  const owners = [...new Set(parts.flatMap(({ users }) => users.owners ?? []))].sort();
  const isKnown = parts.every(({ users }) => users.owners !== undefined);
  return isKnown ? { ...counts, withWorkspace: owners.length, owners } : counts;
}

function mergeConnections(parts: readonly Connections[]): Connections {
  const counts = addUp(parts.map((part) => without(part, "bytes", "traffic", "serverGauge", "ssh")));
  const bytes = parts.flatMap((part) => part.bytes ?? []);
  const traffic = parts.flatMap((part) => part.traffic ?? []);
  const ssh = parts.flatMap((part) => part.ssh ?? []);
  const gauges = parts.flatMap((part) => part.serverGauge ?? []);
  return {
    ...counts,
    ...(bytes.length === 0 ? {} : { bytes: addUp(bytes) }),
    ...(traffic.length === 0 ? {} : { traffic: addUp(traffic) }),
    ...(ssh.length === 0 ? {} : { ssh: mergeSsh(ssh) }),
    // Each part read the gauge of all sessions. The largest reading was closest to the full hold.
    ...(gauges.length === 0
      ? {}
      : {
          serverGauge: gauges.reduce((one, other) =>
            other.terminal + other.ssh > one.terminal + one.ssh ? other : one,
          ),
        }),
  };
}

type Ssh = NonNullable<Connections["ssh"]>;

/** SSH by Coder's client, of parts that each found the program themselves. */
function mergeSsh(parts: readonly Ssh[]): Ssh {
  const whys = [...new Set(parts.flatMap(({ why }) => why ?? []))].sort();
  const clients = [...new Set(parts.flatMap(({ client }) => client ?? []))].sort();
  return {
    ...addUp(parts.map((part) => without(part, "client", "why"))),
    ...(clients.length === 0 ? {} : { client: clients.join(", ") }),
    ...(whys.length === 0 ? {} : { why: whys.join("; ") }),
  };
}

function mergeFailures(parts: readonly LoadResult[]): FailureCount[] {
  const kinds = new Map<string, FailureCount>();
  for (const failure of parts.flatMap(({ failures }) => failures)) {
    const key = `${failure.class} ${failure.phase}`;
    const known = kinds.get(key);
    kinds.set(key, known === undefined ? failure : mergeFailure(known, failure));
  }
  return [...kinds.values()].sort(
    (a, b) => b.count - a.count || `${a.class} ${a.phase}`.localeCompare(`${b.class} ${b.phase}`),
  );
}

/** Keeps the example and the logs of the first part that has them, because each part read its own logs. */
function mergeFailure(one: FailureCount, other: FailureCount): FailureCount {
  const reasons = new Map((one.reasons ?? []).map((reason) => [reason.error, reason]));
  for (const reason of other.reasons ?? []) {
    const known = reasons.get(reason.error);
    reasons.set(reason.error, known === undefined ? reason : { ...known, count: known.count + reason.count });
  }
  const count = one.count + other.count;
  return reasons.size === 0 ? { ...one, count } : { ...one, count, reasons: [...reasons.values()] };
}

/** Adds up each numeric figure over the parts that have it. */
function addUp<T extends object>(parts: readonly T[]): T {
  const sums: Record<string, number> = {};
  for (const part of parts)
    for (const [key, value] of Object.entries(part))
      if (typeof value === "number") sums[key] = (sums[key] ?? 0) + value;
  return sums as T;
}
