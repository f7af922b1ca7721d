import type { Command, Option } from "commander";

/** A command with its words, such as `results list`. */
export interface NamedCommand {
  readonly path: string;
  readonly command: Command;
}

/** The commands that a config file can set flags of: a flag without a variable belongs to one command line. */
export function listConfigurable(program: Command, path = ""): readonly NamedCommand[] {
  return program.commands.flatMap((command) => {
    const own = { path: `${path} ${command.name()}`.trim(), command };
    return [...(isConfigurable(command) ? [own] : []), ...listConfigurable(command, own.path)];
  });
}

/** Whether a config file can set flags of this command. Any other command does not read it. */
export function isConfigurable({ options }: Command): boolean {
  return options.some(hasVariable);
}

/** Whether a flag has a variable, and so can stand in a config file. */
export function hasVariable({ envVar, hidden }: Option): boolean {
  return envVar !== undefined && !hidden;
}
