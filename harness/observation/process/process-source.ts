import { cpus, totalmem } from "node:os";
import type { ObservedPlace } from "../../model/observation/observe-task.ts";
import type { SeriesName } from "../../model/observation/series.ts";
import type { Clock } from "../../tools/time/clock.ts";
import type { FigureSource, Reading, Sample } from "../source.ts";
import { type GroupFigures, readGroup } from "./control-group.ts";
import {
  addMemory,
  descendants,
  findProcess,
  type ProcessStat,
  readMemory,
  readProcesses,
} from "./proc-table.ts";

type ProcessPlace = Extract<ObservedPlace, { kind: "process" }>;

export interface ProcessOptions {
  readonly clock: Pick<Clock, "elapsed">;
  /** @default `/proc` */
  readonly proc?: string;
}

/** Counters at one moment, in CPU seconds. */
interface Counters {
  readonly atMs: number;
  readonly tree: number;
  readonly terraform: number;
  readonly group: GroupFigures | undefined;
}

/**
 * Observes a process of this machine with all that descends from it, and its control group.
 *
 * Terraform runs for seconds and starts providers that live shorter still, so a look at the living every few seconds
 * misses most of their CPU. The kernel adds the CPU of a child that ended and was waited for to its parent's
 * `cutime` and `cstime`, with all that the child had waited for. So the CPU of a whole tree is, at every moment, the
 * sum over its living processes of their own and their ended children's CPU. Only a process whose parent ended before
 * it is lost to the tree: it then belongs to init.
 */
export function processSource(place: ProcessPlace, { clock, proc = "/proc" }: ProcessOptions): FigureSource {
  const { of, pid, role } = place;
  // A later process may get the same pid.
  const known = findProcess(proc, pid);
  let before: Counters | undefined;
  const read = (): Reading => {
    const processes = readProcesses(proc);
    // At once: on a busy machine the reads that follow may come much later.
    const atMs = clock.elapsed();
    const root = processes.get(pid);
    if (root === undefined || root.start !== known?.start)
      throw new Error(`process ${pid} has ended, or this machine cannot see it`);
    const below = descendants(processes, pid);
    const members = new Set([pid, ...below.map((each) => each.pid)]);
    const now = count(root, below, {
      atMs,
      group: readGroup(proc, pid, (each) => members.has(each)),
    });
    const rates = ratesBetween(before, now);
    before = now;
    const samples: Sample[] = [];
    const add = (series: SeriesName, value: number | undefined, name = of): void => {
      if (value !== undefined) samples.push({ series, of: name, value });
    };
    const memory = memoryOf(proc, [root, ...below], now.group);
    addContainer(add, `${role}/${of}`, { rates, memory, group: now.group });
    if (role === "coderd" || role === "provisioner") {
      const programs = below.filter(isTerraform);
      add("terraform.cpu", rates?.terraform);
      add("terraform.memory", addMemory(programs.map((each) => readMemory(proc, each.pid))));
      add("terraform.processes", programs.length);
    }
    if (role === "database") {
      add("database.cpu", rates?.container, "database");
      add("database.cores", now.group?.cpuLimit ?? cpus().length, "database");
      add("database.memory", memory, "database");
      add("database.memory-size", now.group?.memoryLimit ?? totalmem(), "database");
    }
    return { samples, questions: 0, bytes: 0 };
  };
  return {
    what: `process of ${of}`,
    read: () => new Promise((resolve) => resolve(read())),
  };
}

function count(
  root: ProcessStat,
  below: readonly ProcessStat[],
  at: Pick<Counters, "atMs" | "group">,
): Counters {
  const all = (one: ProcessStat): number => one.ownCpu + one.endedCpu;
  const ofBelow = below.reduce((sum, one) => sum + all(one), 0);
  // Coder and its daemons start nothing but Terraform, and what Terraform starts.
  return { ...at, tree: all(root) + ofBelow, terraform: root.endedCpu + ofBelow };
}

interface Rates {
  readonly container: number;
  readonly terraform: number;
  /** Share of the enforcement periods; undefined without a limit. */
  readonly throttled: number | undefined;
}

function ratesBetween(before: Counters | undefined, now: Counters): Rates | undefined {
  const seconds = before === undefined ? 0 : (now.atMs - before.atMs) / 1_000;
  if (before === undefined || seconds <= 0) return undefined;
  // Less than before: an orphan took its CPU along.
  const rate = (from: number, to: number): number => Math.max(0, to - from) / seconds;
  const [was, is] = [before.group, now.group];
  const isOwn = was?.isOwn === true && is?.isOwn === true;
  const ofGroup = isOwn && was.cpu !== undefined && is.cpu !== undefined ? rate(was.cpu, is.cpu) : undefined;
  const periods = (is?.periods ?? 0) - (was?.periods ?? 0);
  const throttled = (is?.throttled ?? 0) - (was?.throttled ?? 0);
  return {
    container: ofGroup ?? rate(before.tree, now.tree),
    terraform: rate(before.terraform, now.terraform),
    throttled: is?.cpuLimit === undefined ? undefined : periods <= 0 ? 0 : throttled / periods,
  };
}

function addContainer(
  add: (series: SeriesName, value: number | undefined, name: string) => void,
  name: string,
  {
    rates,
    memory,
    group,
  }: { readonly rates: Rates | undefined; readonly memory: number; readonly group: GroupFigures | undefined },
): void {
  add("container.cpu", rates?.container, name);
  add("container.cpu-limit", group?.cpuLimit, name);
  add("container.throttled", rates?.throttled, name);
  add("container.memory", memory, name);
  add("container.memory-limit", group?.memoryLimit, name);
}

function memoryOf(proc: string, all: readonly ProcessStat[], group: GroupFigures | undefined): number {
  if (group?.isOwn === true && group.memory !== undefined) return group.memory;
  return addMemory(all.map(({ pid }) => readMemory(proc, pid)));
}

/** The kernel keeps 15 characters of a name, so that a provider is `terraform-provi`. */
function isTerraform({ name }: ProcessStat): boolean {
  return name === "terraform" || name.startsWith("terraform-provi");
}
