import { RefbenchError } from "../../tools/error.ts";
import { formatCount } from "../../tools/count-text.ts";
import {
  CORE_SHARE,
  type CountedLoad,
  type LoadNeed,
  MEASURED_COSTS,
  needOfLoad,
  OTHER_FILES,
} from "./part-costs.ts";

/** What each part of a load has for itself. Absent = it shares this with the others, so more parts do not help. */
export interface PartPlace {
  /** Whether connections are made over TLS. @default false */
  readonly isTls?: boolean;
  /** MiB of memory, such as a pod's limit. */
  readonly memoryMib?: number | undefined;
  /** Local ports to the deployment: a pod has its own address, processes of a machine share theirs. */
  readonly localPorts?: number | undefined;
  /** Files that one process may open. */
  readonly openFiles?: number | undefined;
}

/** Into how many parts a load is split, what each needs, and why there are so many. */
export interface PartsPlan {
  readonly parts: number;
  /** As many as its size needs, even if it cannot be split so far. */
  readonly wanted: number;
  /** What decided `wanted`, as a clause. */
  readonly why: string;
  /** The needs of the whole load. */
  readonly need: LoadNeed;
  /** The largest part's share. */
  readonly each: {
    readonly connections: number;
    readonly programs: number;
    readonly memoryMib: number;
    readonly cores: number;
    readonly programCores: number;
    readonly localPorts: number;
    readonly openFiles: number;
  };
}

/** Memory of a place that stays free, for what was not measured. */
const USED_SHARE = 0.8;

/**
 * Plans the parts of a load from measured costs: as many as it asks for, else as many as its connections, CPU, memory,
 * ports and files need. Throws `usage` if a place is too small for any worker.
 */
export function planParts(load: CountedLoad, place: PartPlace = {}): PartsPlan {
  const need = needOfLoad(load, place.isTls ?? false);
  const { wanted, why } = wantedParts(load, need, place);
  const parts = load.part === undefined ? Math.max(1, Math.min(wanted, countPossibleParts(load))) : 1;
  const share = (whole: number): number => Math.ceil(whole / parts);
  return {
    ...{ parts, wanted, why, need },
    each: {
      connections: share(need.terminals + need.tunnels + need.programs),
      programs: share(need.programs),
      memoryMib: Math.ceil(MEASURED_COSTS.workerMib + need.connectionsMib / parts),
      cores: hundredths(need.cores / parts),
      programCores: hundredths(need.programCores / parts),
      localPorts: share(need.localPorts),
      openFiles: share(need.openFiles) + OTHER_FILES,
    },
  };
}

/** How many parts the load is split into where all of them share a machine. */
export function countParts(load: CountedLoad): number {
  return planParts(load).parts;
}

function hundredths(value: number): number {
  return Math.ceil(value * 100 - 1e-9) / 100;
}

function wantedParts(load: CountedLoad, need: LoadNeed, place: PartPlace): { wanted: number; why: string } {
  if (load.parts !== undefined) return { wanted: load.parts, why: "as asked" };
  const bounds = [
    connectionBound(need),
    coreBound(load, need),
    ...(place.memoryMib === undefined ? [] : [memoryBound(need, place.memoryMib)]),
    ...(place.localPorts === undefined ? [] : [portBound(need, place.localPorts)]),
    ...(place.openFiles === undefined ? [] : [fileBound(need, place.openFiles)]),
  ];
  const most = Math.max(...bounds.map(({ wanted }) => wanted));
  if (most <= 1) return { wanted: 1, why: "one worker carries it" };
  // The first of those that need as many.
  return bounds.find(({ wanted }) => wanted === most) ?? { wanted: most, why: "" };
}

function connectionBound({ terminals, tunnels, programs }: LoadNeed) {
  const held = terminals + tunnels + programs;
  const { mostConnections } = MEASURED_COSTS;
  return {
    wanted: Math.ceil(held / mostConnections),
    why: `one worker was measured with at most ${formatCount(mostConnections)} connections, and the load has ${formatCount(held)}`,
  };
}

function coreBound({ connections }: CountedLoad, { cores, busiest }: LoadNeed) {
  const does = {
    opening: `opening ${formatCount(connections.rampPerSecond)} connections a second`,
    holding: "the commands and traffic of the hold",
    closing: "the closing round",
  };
  return {
    wanted: Math.ceil(cores / CORE_SHARE - 1e-9),
    why: `${does[busiest]} takes ${cores.toFixed(2)} cores, and one worker may use ${CORE_SHARE} of its core`,
  };
}

function memoryBound({ connectionsMib }: LoadNeed, memoryMib: number) {
  const left = memoryMib * USED_SHARE - MEASURED_COSTS.workerMib;
  if (left <= 0)
    throw new RefbenchError(
      "usage",
      `a part of the load has ${formatCount(memoryMib)} MiB, but a worker without connections needs ${MEASURED_COSTS.workerMib} of the ${Math.floor(memoryMib * USED_SHARE)} that may be used: give it at least 512 MiB`,
    );
  return {
    wanted: Math.ceil(connectionsMib / left),
    why: `its connections need ${formatCount(Math.ceil(connectionsMib))} MiB, and ${formatCount(Math.floor(left))} MiB fit into each part's ${formatCount(memoryMib)}`,
  };
}

function portBound(need: LoadNeed, localPorts: number) {
  return {
    wanted: Math.ceil(need.localPorts / localPorts),
    why: `it needs ${formatCount(need.localPorts)} local ports, and each part has ${formatCount(localPorts)}`,
  };
}

function fileBound(need: LoadNeed, openFiles: number) {
  const left = Math.max(1, openFiles - OTHER_FILES);
  return {
    wanted: Math.ceil(need.openFiles / left),
    why: `it needs ${formatCount(need.openFiles)} open files, and each part has ${formatCount(left)} for connections`,
  };
}

/** A sentence if the load has fewer parts than its size needs, because it cannot be split further. */
export function explainFewerParts(load: CountedLoad, plan = planParts(load)): string | undefined {
  const { parts, wanted, why } = plan;
  if (load.part !== undefined || parts >= wanted) return undefined;
  return (
    `generator processes: ${parts} instead of ${wanted} (${why}), because each needs ` +
    `its own workspaces, users and turns: --concurrency 0 and --cleanup-concurrency 0 remove the limit by turns`
  );
}

/** Each part needs its own user, workspace and turn: a part with 0 turns would have no limit. */
function countPossibleParts(task: CountedLoad): number {
  const { deployment, concurrency, cleanupConcurrency, existing, app, arrival, churn } = task;
  // Its rates and places are those of one worker.
  if (churn !== undefined) return 1;
  // On a schedule there are no turns.
  const turns = arrival === undefined ? [concurrency, cleanupConcurrency] : [cleanupConcurrency];
  const limits = turns.filter((limit) => limit > 0);
  if (existing === undefined) limits.push(task.users, task.workspaces);
  for (const limit of [deployment.stdioSessions, app?.connections])
    if (limit !== undefined) limits.push(limit);
  return Math.min(...limits, Infinity);
}
