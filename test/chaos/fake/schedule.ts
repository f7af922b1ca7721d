import type { ClockStep, InventoryFaults, TerraformFaults, WorldFaults } from "../../support/world/faults.ts";
import { PLANTED_LEAKS } from "../leaks.ts";
import type { Random } from "../random.ts";
import type { Fate } from "./process.ts";
import { STACKS } from "../../support/world/stacks.ts";

/** How a run is driven: in one go, stage by stage, or ended manually in the middle. */
export const RUN_KINDS = ["run", "staged", "by-hand"] as const;
export type RunKind = (typeof RUN_KINDS)[number];

/** Which boundaries there are at all: counted once on runs in which nothing goes wrong. */
export interface Boundaries {
  readonly run: number;
  readonly reaper: number;
  /** The files that each wrote: right after any of them it may be killed. */
  readonly files: {
    readonly maker: readonly string[];
    readonly run: readonly string[];
    readonly reaper: readonly string[];
  };
}

/** The damage to the files of the run's folder while no process lives. */
export interface Damage {
  /** Share of the journal that is kept, cut at any byte. */
  readonly journalKept?: number;
  /** A byte of the journal at this share is changed. */
  readonly journalCorruptAt?: number;
  /** Files cut in half. */
  readonly truncated: readonly string[];
  readonly secretsLost: boolean;
}

/** Everything that one point does, derived from its seed alone. */
export interface Schedule extends WorldFaults {
  readonly kind: RunKind;
  readonly isClean: boolean;
  readonly run: Fate | undefined;
  /** Fates of the reapers, one after another; those after them live. */
  readonly reapers: readonly Fate[];
  /** Before the first reaper. */
  readonly damage: Damage;
  /** Staged runs: how many stages are asked for, and the teardown stage asked alone before the expiry. */
  readonly stages: number;
  readonly teardownStage: "drain" | "destroy" | "sweep" | undefined;
  /** The run's maker is killed right after this file of it: the run is never driven. */
  readonly madeUpTo?: string;
  /** The run's folder is removed at this boundary, counted over all processes. */
  readonly folderRemovedAt?: number;
  /** The host has another name from this boundary on, counted over all processes. */
  readonly renamedAt?: number;
  /** By hand: stacks destroyed with plain terraform before the teardown is asked for. */
  readonly destroyedByHand: readonly string[];
}

export const FILES_THAT_MAY_BREAK = [
  "environment.json",
  "stacks.json",
  "preflight.json",
  "provision.json",
  "bootstrap.json",
  "load.json",
  "record.json",
  "owner.json",
  "request.json",
  "secrets.json",
  "drain.json",
  "audit.json",
  "lease",
] as const;

const UNHARMED = {
  run: undefined,
  reapers: [],
  terraform: { refusedDestroys: 0, orphan: "dies" },
  inventory: { lateMs: 0, throttledRemoves: 0 },
  leaks: [],
  damage: { truncated: [], secretsLost: false },
  clockSteps: [],
} as const satisfies Partial<Schedule>;

/** A schedule in which nothing goes wrong: what it ends in must be clean. */
export function cleanSchedule(random: Random, kind: RunKind): Schedule {
  return { kind, isClean: true, ...UNHARMED, ...drivenBy(random, kind, true) };
}

/** A schedule in which, on the average, three things go wrong. */
export function scheduleOf(random: Random, kind: RunKind, boundaries: Boundaries): Schedule {
  const schedule = disturbed(random, kind, boundaries);
  // Drawn last, so that a seed's other mishaps are what they were before clocks were set.
  const clockSteps = clockStepsOf(random, boundaries);
  return withMishap(random, boundaries, { ...schedule, clockSteps });
}

/** Every other point meets one of these besides. */
const MISHAPS = [
  "killed-maker",
  "killed-after-file",
  "removed-folder",
  "renamed-host",
  "lying-list",
  "hung-process",
] as const;

function withMishap(random: Random, boundaries: Boundaries, schedule: Schedule): Schedule {
  const { files } = boundaries;
  const anywhere = random.between(1, boundaries.run + boundaries.reaper);
  if (random.chance(0.5)) return schedule;
  switch (random.pick(MISHAPS)) {
    case "killed-maker":
      return { ...schedule, madeUpTo: random.pick(files.maker) };
    case "killed-after-file":
      return {
        ...schedule,
        run: { at: { file: random.pick(files.run) }, what: "kill" },
        reapers: [{ at: { file: random.pick(files.reaper) }, what: "kill" }],
      };
    case "hung-process": {
      const hang = (most: number): Fate => ({ at: random.between(1, most), what: "hang" });
      return random.chance(0.5) || schedule.kind === "staged"
        ? { ...schedule, reapers: [hang(boundaries.reaper), ...schedule.reapers] }
        : { ...schedule, run: hang(boundaries.run) };
    }
    case "removed-folder":
      return { ...schedule, folderRemovedAt: anywhere };
    case "renamed-host":
      return { ...schedule, renamedAt: anywhere };
    case "lying-list": {
      const how = random.pick(["empty", "lies"] as const);
      const failing = { nth: random.between(1, 20), times: random.pick([1, 4, 30, 1_000_000]), how };
      return { ...schedule, inventory: { ...schedule.inventory, failing } };
    }
  }
}

function clockStepsOf(random: Random, boundaries: Boundaries): readonly ClockStep[] {
  return Array.from({ length: random.pick([0, 0, 1, 1, 2]) }, () => ({
    at: random.between(1, boundaries.run + boundaries.reaper),
    byMs: random.pick([-3_600_000, 3_600_000, -90_000, 5_000]),
  }));
}

function disturbed(random: Random, kind: RunKind, boundaries: Boundaries): Schedule {
  return {
    kind,
    isClean: false,
    run: random.chance(0.75)
      ? { at: random.between(1, boundaries.run), what: random.chance(0.75) ? "kill" : "signal" }
      : undefined,
    reapers: reapersOf(random, boundaries.reaper),
    terraform: terraformFaults(random),
    inventory: inventoryFaults(random),
    leaks: Array.from({ length: random.pick([0, 0, 1, 2]) }, () => ({
      leak: random.pick(PLANTED_LEAKS),
      when: random.pick(["apply", "load", "destroy", "empty-answer"] as const),
    })),
    damage: damageOf(random),
    clockSteps: [],
    ...drivenBy(random, kind, false),
  };
}

function reapersOf(random: Random, boundaries: number): readonly Fate[] {
  const fates = Array.from({ length: random.pick([0, 0, 1, 1, 1, 2, 3]) }, () => ({
    at: random.between(1, boundaries),
    what: random.pick(["kill", "kill", "signal", "pause"] as const),
  }));
  // A stopped process is more dangerous the further its replacement has come when it continues.
  if (fates.at(-1)?.what === "pause") fates.push({ at: random.between(1, boundaries), what: "pause" });
  return fates;
}

function drivenBy(
  random: Random,
  kind: RunKind,
  isClean: boolean,
): Pick<Schedule, "stages" | "teardownStage" | "destroyedByHand"> {
  return {
    stages: isClean ? 4 : random.between(1, 4),
    teardownStage:
      kind === "staged" ? random.pick([undefined, "drain", "destroy", "sweep"] as const) : undefined,
    destroyedByHand:
      kind === "by-hand" && random.chance(0.5)
        ? STACKS.map(({ name }) => name)
            .toReversed()
            .slice(0, random.between(1, 2))
        : [],
  };
}

function terraformFaults(random: Random): TerraformFaults {
  const stack = random.pick(STACKS);
  const place = { stack: stack.name, after: random.between(0, stack.things.length - 1) };
  const trouble = random.pick(["none", "none", "refuse", "lose", "state"] as const);
  return {
    ...(trouble === "refuse" ? { refuse: place } : {}),
    ...(trouble === "lose" ? { loseAnswer: place } : {}),
    ...(trouble === "state" ? { stateLost: stack.name } : {}),
    refusedDestroys: random.pick([0, 0, 0, 1, 2, 5]),
    orphan: random.pick(["goes-on", "goes-on", "dies"]),
  };
}

function inventoryFaults(random: Random): InventoryFaults {
  const stuck = random.pick([
    ...STACKS.flatMap(({ things }) => things),
    ...STACKS.flatMap((s) => s.byControllers),
  ]);
  return {
    ...(random.chance(0.3)
      ? {
          failing: {
            nth: random.between(1, 40),
            times: random.pick([1, 2, 4, 8, 1_000_000]),
            how: random.pick(["failed", "partial"] as const),
          },
        }
      : {}),
    lateMs: random.pick([0, 0, 300, 900]),
    throttledRemoves: random.pick([0, 0, 0, 3]),
    ...(random.chance(0.2) ? { stuck: { id: stuck.id, forMs: random.pick([500, 5_000, null]) } } : {}),
  };
}

function damageOf(random: Random): Damage {
  return {
    ...(random.chance(0.3) ? { journalKept: random.next() } : {}),
    ...(random.chance(0.15) ? { journalCorruptAt: random.next() } : {}),
    truncated: random.chance(0.35)
      ? Array.from({ length: random.between(1, 3) }, () => random.pick(FILES_THAT_MAY_BREAK))
      : [],
    secretsLost: random.chance(0.1),
  };
}
