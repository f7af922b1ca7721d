import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";

/** What the control group of a process allows and has counted. */
export interface GroupFigures {
  /** The group holds this process and its descendants only, so that its CPU and memory are theirs. */
  readonly isOwn: boolean;
  /** CPU seconds used since the group was made. */
  readonly cpu: number | undefined;
  /** Bytes in use without page cache that can be dropped, as the kubelet's working set. */
  readonly memory: number | undefined;
  /** The lowest limits of the group and all groups around it; absent where there is none. */
  readonly cpuLimit: number | undefined;
  readonly memoryLimit: number | undefined;
  /** Enforcement periods of the group with that CPU limit, and those in which it was throttled. */
  readonly periods: number;
  readonly throttled: number;
}

/** Folders of a process's control group, from the group itself up to the root that this process sees. */
interface Folders {
  readonly cpu: readonly string[];
  readonly cpuacct: readonly string[];
  readonly memory: readonly string[];
  readonly isUnified: boolean;
}

/** Version 1 writes a number near 2^63 where there is no limit. */
const NO_LIMIT = 2 ** 60;

/** Reads the control group of a process, version 1 or 2; undefined where this process cannot see it. */
export function readGroup(
  proc: string,
  pid: number,
  isOwnProcess: (pid: number) => boolean,
): GroupFigures | undefined {
  const folders = findFolders(proc, pid);
  if (folders === undefined) return undefined;
  const limits = folders.cpu.flatMap((folder) => cpuLimitOf(folder, folders.isUnified) ?? []);
  const lowest = limits.toSorted((a, b) => a.cores - b.cores)[0];
  const own = (folders.isUnified ? folders.cpu : folders.memory)[0];
  return {
    isOwn: own !== undefined && membersOf(own).every(isOwnProcess),
    cpu: cpuOf(folders),
    memory: memoryOf(folders),
    cpuLimit: lowest?.cores,
    memoryLimit: least(folders.memory.map((folder) => memoryLimitOf(folder, folders.isUnified))),
    periods: lowest?.periods ?? 0,
    throttled: lowest?.throttled ?? 0,
  };
}

function findFolders(proc: string, pid: number): Folders | undefined {
  const groups = readText(join(proc, String(pid), "cgroup"))?.split("\n") ?? [];
  const mounts = readMounts(proc);
  const folders = (controller: string): string[] => {
    const mount = mounts.find((each) => each.controllers.includes(controller));
    const path = groups
      .map((line) => /^\d+:([^:]*):(.*)$/.exec(line) ?? [])
      .find(([, names = ""]) =>
        controller === UNIFIED ? names === "" : names.split(",").includes(controller),
      )?.[2];
    return mount === undefined || path === undefined ? [] : upwards(mount, path);
  };
  const cpu = folders("cpu");
  if (cpu.length > 0)
    return { cpu, cpuacct: folders("cpuacct"), memory: folders("memory"), isUnified: false };
  const all = folders(UNIFIED);
  return all.length === 0 ? undefined : { cpu: all, cpuacct: all, memory: all, isUnified: true };
}

const UNIFIED = "(unified)";

interface Mount {
  /** The group that is mounted: not `/` in a container that sees its own part alone. */
  readonly root: string;
  readonly point: string;
  readonly controllers: readonly string[];
}

function readMounts(proc: string): readonly Mount[] {
  const lines = readText(join(proc, "self", "mountinfo"))?.split("\n") ?? [];
  return lines.flatMap((line) => {
    const [left = "", right = ""] = line.split(" - ", 2);
    const [, , , root = "", point = ""] = left.split(" ");
    const [type, , options = ""] = right.split(" ");
    if (type === "cgroup2") return [{ root, point, controllers: [UNIFIED] }];
    return type === "cgroup" ? [{ root, point, controllers: options.split(",") }] : [];
  });
}

/** The folder of a group and those of all groups around it, up to the mount. */
function upwards({ root, point }: Mount, path: string): string[] {
  const below = root !== "/" && path.startsWith(root) ? path.slice(root.length) : path;
  const inside = resolve(point, `./${below}`);
  // In a namespace of groups, a path may lead out of what is mounted here.
  const isInside = inside.startsWith(`${point}/`) && existsSync(inside);
  const steps = isInside ? relative(point, inside).split("/") : [];
  return [...steps.map((_step, index) => join(point, ...steps.slice(0, steps.length - index))), point];
}

function cpuLimitOf(folder: string, isUnified: boolean) {
  const [quota, period] = isUnified
    ? (readText(join(folder, "cpu.max")) ?? "max").trim().split(" ").map(Number)
    : [readNumber(join(folder, "cpu.cfs_quota_us")), readNumber(join(folder, "cpu.cfs_period_us"))];
  if (quota === undefined || period === undefined || !(quota > 0) || !(period > 0)) return undefined;
  const stat = join(folder, "cpu.stat");
  return {
    cores: quota / period,
    periods: fieldOf(stat, "nr_periods") ?? 0,
    throttled: fieldOf(stat, "nr_throttled") ?? 0,
  };
}

function cpuOf({ cpu: [cpu], cpuacct: [cpuacct], isUnified }: Folders): number | undefined {
  const [value, unit] = isUnified
    ? [cpu === undefined ? undefined : fieldOf(join(cpu, "cpu.stat"), "usage_usec"), 1e6]
    : [cpuacct === undefined ? undefined : readNumber(join(cpuacct, "cpuacct.usage")), 1e9];
  return value === undefined ? undefined : value / unit;
}

function memoryOf({ memory: [folder], isUnified }: Folders): number | undefined {
  if (folder === undefined) return undefined;
  const used = readNumber(join(folder, isUnified ? "memory.current" : "memory.usage_in_bytes"));
  const cache = fieldOf(join(folder, "memory.stat"), isUnified ? "inactive_file" : "total_inactive_file");
  return used === undefined ? undefined : Math.max(0, used - (cache ?? 0));
}

function memoryLimitOf(folder: string, isUnified: boolean): number | undefined {
  const limit = readNumber(join(folder, isUnified ? "memory.max" : "memory.limit_in_bytes"));
  return limit === undefined || limit >= NO_LIMIT ? undefined : limit;
}

/** Processes of a group and of the groups within it. */
function membersOf(folder: string): number[] {
  const own = (readText(join(folder, "cgroup.procs")) ?? "").split("\n").filter((line) => line !== "");
  let below: string[];
  try {
    below = readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => join(folder, name));
  } catch {
    // The group ended meanwhile.
    below = [];
  }
  return [...own.map(Number), ...below.flatMap(membersOf)];
}

function fieldOf(file: string, name: string): number | undefined {
  const value = new RegExp(`^${name} (\\d+)$`, "m").exec(readText(file) ?? "")?.[1];
  return value === undefined ? undefined : Number(value);
}

/** A file of one number; undefined where it is missing, or says `max`. */
function readNumber(file: string): number | undefined {
  const text = readText(file)?.trim();
  return text !== undefined && /^-?\d+$/.test(text) ? Number(text) : undefined;
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

function least(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((each) => each !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
