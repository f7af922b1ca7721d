/** Something that takes time, and waits for others. */
export interface Task {
  readonly name: string;
  readonly seconds: number;
  /** Names of tasks that must have ended before. */
  readonly after: readonly string[];
}

/** When a task starts and ends, in seconds from the start of all. */
export interface ScheduledTask extends Task {
  readonly start: number;
  readonly end: number;
  /** How much later it could end without a later end of all, if as many could run at once as wanted. */
  readonly slack: number;
  /** Whether it waited for a free place although everything before it had ended. */
  readonly waitedForPlace: boolean;
}

/** The result of a schedule. */
export interface Schedule {
  readonly tasks: readonly ScheduledTask[];
  /** The tasks that decide the end, in the order of time: each starts when the one before it ends. */
  readonly critical: readonly ScheduledTask[];
  readonly seconds: number;
  /** The end if as many could run at once as wanted. */
  readonly unlimitedSeconds: number;
}

/** Terraform's default of `-parallelism`: operations at the same time. https://developer.hashicorp.com/terraform/cli/commands/apply */
export const TERRAFORM_PARALLELISM = 10;

/**
 * Schedules tasks as Terraform walks its graph: a task starts once everything before it has ended and fewer than
 * `atOnce` others run. Of those that wait for a place, the one that was ready first starts first. A task of 0 seconds
 * takes no place. Throws for a circle, which Terraform refuses too.
 */
export function scheduleTasks(tasks: readonly Task[], atOnce: number = TERRAFORM_PARALLELISM): Schedule {
  const order = sortTasks(tasks);
  const limited = walk(order, atOnce);
  const unlimited = walk(order, Infinity);
  const unlimitedSeconds = endOfAll(unlimited);
  const latest = latestEnds(order, unlimitedSeconds);
  const scheduled = order.map((task): ScheduledTask => {
    const { start, end, waitedFor } = at(limited, task.name);
    const slack = at(latest, task.name) - at(unlimited, task.name).end;
    return { ...task, start, end, slack: rounded(slack), waitedForPlace: waitedFor?.forPlace === true };
  });
  const byName = new Map(scheduled.map((task) => [task.name, task]));
  return {
    tasks: scheduled.toSorted((one, other) => one.start - other.start || one.end - other.end),
    critical: criticalPath(limited).map((name) => at(byName, name)),
    seconds: endOfAll(limited),
    unlimitedSeconds,
  };
}

interface Walked {
  readonly start: number;
  readonly end: number;
  /** The task whose end let this one start. */
  readonly waitedFor?: { readonly name: string; readonly forPlace: boolean };
}

/** Tasks in an order in which each comes after those that it waits for. */
function sortTasks(tasks: readonly Task[]): readonly Task[] {
  const byName = new Map(tasks.map((task) => [task.name, task]));
  const sorted = new Map<string, Task>();
  const visit = (task: Task, above: readonly string[]): void => {
    if (sorted.has(task.name)) return;
    if (above.includes(task.name)) throw new Error(`a circle of ${[...above, task.name].join(", ")}`);
    for (const name of task.after) visit(at(byName, name), [...above, task.name]);
    sorted.set(task.name, task);
  };
  for (const task of tasks) visit(task, []);
  return [...sorted.values()];
}

function walk(order: readonly Task[], atOnce: number): ReadonlyMap<string, Walked> {
  const walked = new Map<string, Walked>();
  const waiting = new Set(order);
  /** Ends of tasks that hold a place, with their names. */
  let places: { readonly name: string; readonly end: number }[] = [];
  while (waiting.size > 0) {
    const next = nextReady(waiting, walked);
    const { task, ready, last } = next;
    waiting.delete(task);
    const held = places.filter(({ end }) => end > ready).sort((one, other) => one.end - other.end);
    const freed = held.length < atOnce || task.seconds === 0 ? undefined : held[held.length - atOnce];
    const start = freed?.end ?? ready;
    const before = freed?.name ?? last;
    const end = start + task.seconds;
    walked.set(task.name, {
      ...{ start, end },
      ...(before === undefined ? {} : { waitedFor: { name: before, forPlace: freed !== undefined } }),
    });
    places = [...held, ...(task.seconds === 0 ? [] : [{ name: task.name, end }])];
  }
  return walked;
}

/** Of the tasks whose predecessors are scheduled, the one that is ready first, with the predecessor that ends last. */
function nextReady(
  waiting: ReadonlySet<Task>,
  walked: ReadonlyMap<string, Walked>,
): { readonly task: Task; readonly ready: number; readonly last: string | undefined } {
  let best: { readonly task: Task; readonly ready: number; readonly last: string | undefined } | undefined;
  for (const task of waiting) {
    if (!task.after.every((name) => walked.has(name))) continue;
    const [last] = task.after.toSorted((one, other) => at(walked, other).end - at(walked, one).end);
    const ready = last === undefined ? 0 : at(walked, last).end;
    if (best === undefined || ready < best.ready) best = { task, ready, last };
  }
  if (best === undefined) throw new Error("no task is ready");
  return best;
}

/** The latest end of each task that does not delay the end of all. */
function latestEnds(order: readonly Task[], end: number): ReadonlyMap<string, number> {
  const latest = new Map(order.map(({ name }) => [name, end]));
  for (const { name, seconds, after } of order.toReversed()) {
    const start = at(latest, name) - seconds;
    for (const before of after) latest.set(before, Math.min(at(latest, before), start));
  }
  return latest;
}

function criticalPath(walked: ReadonlyMap<string, Walked>): readonly string[] {
  const path: string[] = [];
  const [last] = [...walked].toSorted(([, one], [, other]) => other.end - one.end);
  let name = last?.[0];
  while (name !== undefined) {
    path.unshift(name);
    name = at(walked, name).waitedFor?.name;
  }
  return path;
}

function endOfAll(walked: ReadonlyMap<string, Walked>): number {
  return rounded(Math.max(0, ...[...walked.values()].map(({ end }) => end)));
}

function at<Value>(map: ReadonlyMap<string, Value>, name: string): Value {
  const value = map.get(name);
  if (value === undefined) throw new Error(`no task ${name}`);
  return value;
}

/** To a thousandth, so that sums of tenths do not show their error. */
function rounded(seconds: number): number {
  return Math.round(seconds * 1_000) / 1_000;
}
