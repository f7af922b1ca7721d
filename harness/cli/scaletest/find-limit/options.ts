import type { LimitWish } from "../../../loads/find-limit/wish.ts";
import { type Command, Option } from "commander";
import { RefbenchError } from "../../../tools/error.ts";
import { MOST_STEPS } from "../../../workload/limit-search/limit-search.ts";
import type { LimitKind } from "../../../workload/limit-search/limit.ts";
import type { CreateFlags, LoadFlags } from "../../../loads/request/flags.ts";
import { count, duration, rate } from "../../../tools/quantities.ts";

/** The flags of a search for a limit, as commander leaves them. */
export interface FindLimitFlags {
  readonly findLimit?: LimitKind;
  readonly limitFrom?: string;
  readonly limitUpTo?: string;
  readonly limitResolution?: string;
  readonly limitSteps?: number;
  readonly limitWithin?: number;
  readonly limitArrivals?: number;
  readonly resume?: string;
}

/** Adds the flags of a search for a limit. */
export function addFindLimitOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        "--find-limit <kind>",
        "raise the load until an objective breaks, and report the largest load within all objectives",
      ).choices(["connections", "arrival-rate"] satisfies LimitKind[]),
    )
    .option("--limit-from <load>", "the first load (default: 10 connections, or workspaces at 1/s)")
    .option(
      "--limit-up-to <load>",
      "the largest load that is tried; required, since nothing else ends the search",
    )
    .option("--limit-resolution <load>", "accuracy of the answer (default: a tenth of --limit-from)")
    .addOption(
      new Option("--limit-steps <n>", `at most so many loads (default: ${MOST_STEPS})`).argParser(
        count("--limit-steps", 1, 1000),
      ),
    )
    .addOption(
      new Option(
        "--limit-within <duration>",
        "no load begins after this time; --timeout is for each load (default: no limit)",
      ).argParser(duration("--limit-within", { orZero: true })),
    )
    .addOption(
      new Option("--limit-arrivals <duration>", "duration of each rate (default: 1m)").argParser(
        duration("--limit-arrivals", { orZero: true }),
      ),
    )
    .option("--resume <file>", "continue an earlier search: its limit.json, with the same flags");
}

/** The search that the flags ask for; undefined where they ask for none. */
export function limitWishOf(flags: FindLimitFlags): LimitWish | undefined {
  const { findLimit: kind, limitUpTo, limitResolution, limitSteps, limitWithin, limitArrivals } = flags;
  if (kind === undefined) {
    if (flags.resume !== undefined)
      refuse("--resume continues a search for a limit: give --find-limit and its other flags again");
    if (Object.entries(flags).some(([name, value]) => /^limit[A-Z]/.test(name) && value !== undefined))
      refuse("--limit-… is of a search for a limit: say which with --find-limit connections or arrival-rate");
    return undefined;
  }
  const read = kind === "connections" ? count : rate;
  const from = flags.limitFrom === undefined ? undefined : read("--limit-from", 1)(flags.limitFrom);
  if (limitUpTo === undefined)
    return refuse(`--find-limit ${kind} raises the load on a deployment: say up to where with --limit-up-to`);
  return {
    kind,
    from: from ?? (kind === "connections" ? 10 : 1),
    upTo: read("--limit-up-to", 1)(limitUpTo),
    ...(limitResolution === undefined ? {} : { resolution: read("--limit-resolution", 1)(limitResolution) }),
    ...(limitSteps === undefined ? {} : { maxSteps: limitSteps }),
    ...(limitWithin === undefined || limitWithin === 0 ? {} : { maxMs: limitWithin }),
    ...(limitArrivals === undefined ? {} : { arrivalSeconds: limitArrivals / 1000 }),
  };
}

/** The flags of the first load, or a refusal of what contradicts the search. */
export function flagsOfFirstLoad<Flags extends LoadFlags & Partial<CreateFlags>>(
  flags: Flags,
  { kind, from }: LimitWish,
): Flags {
  const isCreating = flags.count !== undefined;
  const raised = `--find-limit ${kind}`;
  if (flags.engine !== "refbench") refuse(`${raised} works with refbench's own engine only: remove --engine`);
  if (kind === "arrival-rate") {
    if (!isCreating)
      refuse(`${raised} creates workspaces: ask create-workspaces for it, or traffic for connections`);
    if (flags.rate !== undefined || flags.ramp !== undefined || flags.steps !== undefined)
      refuse(`${raised} sets the schedule: remove --rate, --ramp and --steps`);
    if (flags.cleanup === false || flags.reuseUsers !== undefined)
      refuse(
        `${raised} makes and deletes workspaces and users for each load: remove --no-cleanup and --reuse-users`,
      );
    return flags;
  }
  if (flags.connections !== undefined)
    refuse(
      `${raised} sets the connections itself: give the first ones as --limit-from instead of --connections`,
    );
  if (flags.scenario !== undefined || flags.app !== undefined || flags.waitForAgents === false)
    refuse(`${raised} raises held connections: remove --scenario, --app and --no-wait-for-agents`);
  return { ...flags, connections: from };
}

function refuse(message: string): never {
  throw new RefbenchError("usage", message);
}
