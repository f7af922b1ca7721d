import type { SeriesName } from "../../model/observation/series.ts";
import type { Moment, ObservedLoad } from "./observed-load.ts";
import type { Reading } from "./judge-moments.ts";

/**
 * Share of a resource at which it is saturated. Ours: at nine tenths in use, work waits nine times as long as it takes
 * (a queue with one server and random arrivals, M/M/1), so latency is no longer the work's own.
 */
export const SATURATED = 0.9;
/** Throttled time. Source: the alert CPUThrottlingHigh of kubernetes-mixin (25 %). */
export const THROTTLED = 0.25;
/** Waiters for a database connection, on average. Ours: at one, some query waits at any time. */
export const POOL_WAITERS = 1;

/** How much of a limit one thing uses. */
export interface Use {
  readonly figure: SeriesName;
  readonly of: string;
  readonly used: number;
  readonly limit: number;
  readonly share: number;
}

/** What a role's container has in its name after the role. */
function nameOf(of: string): string {
  return of.slice(of.indexOf("/") + 1);
}

function use(figure: SeriesName, of: string, used: number, limit: number): readonly Use[] {
  return limit > 0 ? [{ figure, of, used, limit, share: used / limit }] : [];
}

/** No thing can use more CPU than the largest node has. */
function largestNode(load: ObservedLoad, moment: Moment): number | undefined {
  const cores = load.values("node.cores", moment).map(({ value }) => value);
  return cores.length === 0 ? undefined : Math.max(...cores);
}

/** CPU of containers of a role against their own limits, or the largest node. */
export function containerCpu(load: ObservedLoad, moment: Moment, role: string): readonly Use[] {
  return load
    .values("container.cpu", moment)
    .filter(({ of }) => of.startsWith(`${role}/`))
    .flatMap(({ of, value }) => {
      const limit = load.value("container.cpu-limit", of, moment) ?? largestNode(load, moment);
      return limit === undefined ? [] : use("container.cpu", of, value, limit);
    });
}

/** CPU of each coderd process against what its Go runtime, its container and the largest node let it use. */
export function coderdProcessCpu(load: ObservedLoad, moment: Moment): readonly Use[] {
  return load.values("coderd.cpu", moment).flatMap(({ of, value }) => {
    const limits = [
      load.value("coderd.cpu-limit", of, moment),
      load.value("container.cpu-limit", `coderd/${nameOf(of)}`, moment),
      largestNode(load, moment),
    ].filter((limit) => limit !== undefined && limit > 0) as number[];
    return limits.length === 0 ? [] : use("coderd.cpu", of, value, Math.min(...limits));
  });
}

/** CPU of Terraform's processes beside one replica or provisioner; undefined if it was not seen. */
export function terraformCpuOf(load: ObservedLoad, of: string, moment: Moment): number | undefined {
  const found = load.values("terraform.cpu", moment).find((each) => nameOf(each.of) === nameOf(of));
  return found?.value;
}

export function nodeCpu(load: ObservedLoad, moment: Moment): readonly Use[] {
  return load.values("node.cpu", moment).flatMap(({ of, value }) => {
    const cores = load.value("node.cores", of, moment);
    return cores === undefined || of.startsWith("generator") ? [] : use("node.cpu", of, value, cores);
  });
}

/** The database's CPU as its cloud, its machine or its container reports it. */
export function databaseCpu(load: ObservedLoad, moment: Moment): readonly Use[] {
  const own = load.values("database.cpu", moment).flatMap(({ of, value }) => {
    const cores = load.value("database.cores", of, moment);
    return cores === undefined ? [] : use("database.cpu", of, value, cores);
  });
  return [...own, ...containerCpu(load, moment, "database")];
}

/** Whether a pool has waiters, or is full while queries wait; undefined if it was not seen. */
export function isPoolFull(load: ObservedLoad, of: string, moment: Moment): boolean | undefined {
  const waiting = load.value("coderd.pool-waiting", of, moment);
  const waits = load.value("coderd.pool-waits", of, moment);
  const inUse = load.value("coderd.pool-in-use", of, moment);
  const limit = load.value("coderd.pool-limit", of, moment);
  if (waiting === undefined && (waits === undefined || inUse === undefined || limit === undefined))
    return undefined;
  if ((waiting ?? 0) >= POOL_WAITERS) return true;
  return limit !== undefined && limit > 0 && (inUse ?? 0) >= SATURATED * limit && (waits ?? 0) >= 1;
}

/** Whether anything but the number of daemons is saturated, so that more daemons would only add to it. */
export function isElsewhereSaturated(load: ObservedLoad, moment: Moment): boolean {
  const uses = [
    ...coderdProcessCpu(load, moment),
    ...containerCpu(load, moment, "coderd"),
    ...containerCpu(load, moment, "provisioner"),
    ...nodeCpu(load, moment),
    ...databaseCpu(load, moment),
  ];
  return (
    uses.some(({ share }) => share >= SATURATED) ||
    throttled(load, moment).some(({ value }) => value >= THROTTLED) ||
    load.things("coderd.pool-in-use").some((of) => isPoolFull(load, of, moment) === true)
  );
}

/** Throttled shares of coderd's and the provisioners' containers. */
export function throttled(load: ObservedLoad, moment: Moment) {
  return load.values("container.throttled", moment).filter(({ of }) => /^(coderd|provisioner)\//.test(of));
}

/** Whether the CPU of something was seen at all. */
export function isCpuSeen(load: ObservedLoad, moment: Moment): boolean {
  return coderdProcessCpu(load, moment).length + nodeCpu(load, moment).length > 0;
}

/** A use of CPU as a reading: held from the threshold on. */
export function cpuReading({ figure, of, used, limit, share }: Use, moment: Moment, what: string): Reading {
  return {
    isHeld: share >= SATURATED,
    strength: share / SATURATED,
    evidence: {
      ...{ figure, of, atMs: moment.atMs, value: used },
      words: `${what} of ${of}: ${shown(used)} of ${shown(limit)} cores (at least ${shown(SATURATED * limit)})`,
    },
  };
}

/** Three digits at most. */
export function shown(value: number): string {
  return `${Number(value.toPrecision(3))}`;
}
