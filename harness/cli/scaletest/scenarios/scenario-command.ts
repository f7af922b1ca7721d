import { Command } from "commander";
import type { Io } from "../../../composition/settings/io.ts";
import type { CreateFlags, OwnScenario } from "../../../loads/request/flags.ts";
import { type ScenarioName, scenarioRow } from "../../../model/scenarios/scenarios.ts";
import { addHelpNotes } from "../../help-notes.ts";
import { LOAD_NOTES } from "../load-notes.ts";
import { followFlags } from "../options/given-flags.ts";
import { addMeansOptions } from "../options/load-options.ts";
import { addReachOptions } from "../options/reach-options.ts";
import { addResultOptions, addTimeOptions } from "../options/task-options.ts";

/** Flags that every command of a scenario has, as commander returns them. */
type CommonFlags = Omit<CreateFlags, keyof typeof PLAIN>;

/** A scenario with a command of its own. */
export interface ScenarioCommand<Flags = unknown> {
  readonly name: ScenarioName;
  /** Completes the description: what it does, in a clause. */
  readonly does: string;
  /** What `--job-timeout` is for. */
  readonly jobTimeout: string;
  readonly examples: readonly string[];
  /** Adds its own flags, in the groups of the other commands. */
  addOptions(command: Command): void;
  /** Its data, and the flags of create-workspaces that it sets. */
  read(flags: Flags & CommonFlags): Partial<CreateFlags> & { readonly ownScenario: OwnScenario };
}

/** What a load does where its command says nothing: no workspaces, no connections. */
const PLAIN = {
  ...{ count: 0, retry: 0, cleanup: true, waitForAgents: true, parameter: [] },
  ...{ concurrency: 0, connections: 0, sshShare: 0, connectTimeout: 30_000, connectHold: 0 },
  ...{ tickInterval: 100, runTimeout: 60_000, scenarioFor: 0, pagesPerMinute: 6, appBy: "path" },
  engine: "refbench",
} as const satisfies Partial<CreateFlags>;

/** The command of a scenario, from its row. */
export function scenarioCommand<Flags>(scenario: ScenarioCommand<Flags>, io: Io): Command {
  const command = new Command(scenario.name).description(scenario.does);
  scenario.addOptions(command.optionsGroup("Load:"));
  addReachOptions(command.optionsGroup("Deployment:"));
  addTimeOptions(command.optionsGroup("Schedule and limits:"), scenario.jobTimeout);
  addMeansOptions(command);
  const given = followFlags(command);
  addResultOptions(command.optionsGroup("Options:"));
  const { versions, licence } = scenarioRow(scenario.name);
  const needs = `Needs Coder ${versions}${licence === undefined ? "" : `, with ${licence}`}; another one is refused before anything is created.`;
  return addHelpNotes(command, {
    examples: scenario.examples,
    notes: [needs, ...LOAD_NOTES],
  }).action(async (flags: Flags & CommonFlags) => {
    const { runLoadCommand } = await import("../load-command.ts");
    const { prepareCreate } = await import("../../../loads/prepare/prepare-create.ts");
    const whole: CreateFlags = { ...PLAIN, ...flags, ...scenario.read(flags) };
    return runLoadCommand(whole, prepareCreate(whole, io), { io, command, given });
  });
}
