import { Command } from "commander";
import type { Io } from "../../composition/settings/io.ts";
import type { CreateFlags, TrafficFlags } from "../../loads/request/flags.ts";
import { addHelpNotes } from "../help-notes.ts";
import { cleanupCommand } from "../scaletest/cleanup-command.ts";
import {
  addFindLimitOptions,
  type FindLimitFlags,
  flagsOfFirstLoad,
  limitWishOf,
} from "../scaletest/find-limit/options.ts";
import { LOAD_NOTES } from "../scaletest/load-notes.ts";
import { followFlags } from "../scaletest/options/given-flags.ts";
import { addCreateOptions, addTrafficOptions } from "../scaletest/options/load-options.ts";
import { SCENARIO_COMMANDS } from "../scaletest/scenarios/scenario-commands.ts";
import { scenarioCommand } from "../scaletest/scenarios/scenario-command.ts";
import { addResultOptions } from "../scaletest/options/task-options.ts";

/** `refbench scaletest`: the workload alone, against a deployment of the user's. */
export function scaletestCommand(io: Io): Command {
  const command = new Command("scaletest")
    .alias("loadtest")
    .addCommand(createCommand(io))
    .addCommand(trafficCommand(io))
    .addCommand(mixedCommand(io))
    .addCommand(cleanupCommand(io));
  for (const scenario of SCENARIO_COMMANDS) command.addCommand(scenarioCommand(scenario, io));
  return addHelpNotes(command, {
    examples: [
      "refbench scaletest create-workspaces -t kubernetes -c 20 --dry-run",
      "refbench scaletest create-workspaces -t kubernetes -c 20 --no-cleanup",
      "refbench scaletest traffic --bytes-per-tick 1024",
      "refbench scaletest cleanup",
    ],
    notes: ["The deployment is the one of `coder login`, or that of --url."],
  });
}

function createCommand(io: Io): Command {
  const command = new Command("create-workspaces").description(
    "create users and workspaces, connect to each, hold connections, delete everything, and report the result",
  );
  const given = followFlags(addCreateOptions(command));
  addFindLimitOptions(command.optionsGroup("Search for a limit:"));
  addResultOptions(command.optionsGroup("Options:"));
  return addHelpNotes(command, {
    examples: [
      "refbench scaletest create-workspaces -t kubernetes -c 20 --dry-run",
      "refbench scaletest create-workspaces -t kubernetes -c 20 --concurrency 0 --output json:result.json",
      "refbench scaletest create-workspaces -t kubernetes -c 20 --find-limit connections --limit-up-to 2000",
    ],
    notes: LOAD_NOTES,
  }).action(async (flags: CreateFlags & FindLimitFlags) => {
    const { runFindLimitCommand, runLoadCommand } = await loadCommands();
    const { prepareCreate } = await import("../../loads/prepare/prepare-create.ts");
    const wish = limitWishOf(flags);
    if (wish === undefined) return runLoadCommand(flags, prepareCreate(flags, io), { io, command, given });
    const first = flagsOfFirstLoad(flags, wish);
    return runFindLimitCommand(first, wish, prepareCreate(first, io), { io, command });
  });
}

function trafficCommand(io: Io): Command {
  const command = new Command("traffic")
    .alias("workspace-traffic")
    .description("hold connections with traffic to workspaces that create-workspaces --no-cleanup left");
  const given = followFlags(addTrafficOptions(command));
  addFindLimitOptions(command.optionsGroup("Search for a limit:"));
  addResultOptions(command.optionsGroup("Options:"));
  return addHelpNotes(command, {
    examples: [
      "refbench scaletest traffic --dry-run",
      "refbench scaletest traffic --run sbgq847qym32 --connections 500 --ssh-share 0.2",
      "refbench scaletest traffic --find-limit connections --limit-up-to 2000",
    ],
    notes: LOAD_NOTES,
  }).action(async (flags: TrafficFlags & FindLimitFlags) => {
    const { runFindLimitCommand, runLoadCommand } = await loadCommands();
    const { prepareTraffic } = await import("../../loads/prepare/prepare-traffic.ts");
    const wish = limitWishOf(flags);
    if (wish === undefined) return runLoadCommand(flags, prepareTraffic(flags, io), { io, command, given });
    const first = flagsOfFirstLoad(flags, wish);
    return runFindLimitCommand(first, wish, prepareTraffic(first, io), { io, command });
  });
}

function mixedCommand(io: Io): Command {
  const command = new Command("mixed").description(
    "create-workspaces with --scenario mixed: loads that begin, overlap and end by the periods of a schedule",
  );
  const given = followFlags(addCreateOptions(command));
  command.setOptionValueWithSource("scenario", "mixed", "implied");
  addResultOptions(command.optionsGroup("Options:"));
  return addHelpNotes(command, {
    examples: [
      "refbench scaletest mixed -t kubernetes -c 20 --dry-run",
      "refbench scaletest mixed -t kubernetes -c 20 --schedule monday.yaml",
    ],
    notes: LOAD_NOTES,
  }).action(async (flags: CreateFlags) => {
    const { runLoadCommand } = await loadCommands();
    const { prepareCreate } = await import("../../loads/prepare/prepare-create.ts");
    const mixed = { ...flags, scenario: "mixed" } as const;
    return runLoadCommand(mixed, prepareCreate(mixed, io), { io, command, given });
  });
}

/** The commands' actions. This file is loaded when a command runs, not when its flags are read. */
async function loadCommands() {
  const [{ runFindLimitCommand }, { runLoadCommand }] = await Promise.all([
    import("../scaletest/find-limit/command.ts"),
    import("../scaletest/load-command.ts"),
  ]);
  return { runFindLimitCommand, runLoadCommand };
}
