import type { Command } from "commander";
import { RefbenchError } from "../../tools/error.ts";

/** Flags that mean nothing beside another flag, by their names in commander. */
interface Conflict {
  readonly flag: string;
  readonly others: readonly string[];
  /** True: only a value of the config file yields. The command itself refuses the flags, and ignores some variables. */
  readonly isCheckedByCommand?: true;
}

const CONFLICTS: readonly Conflict[] = [
  { flag: "compare", others: ["coderVersion", "coderServer"] },
  {
    flag: "rehearse",
    others: [
      ...["project", "account", "region", "zone", "state", "licenceFile"],
      ...["skipCanary", "skipPreflight"],
    ],
    isCheckedByCommand: true,
  },
];

/** Flags that a rehearsal alone uses. A config file may hold them for the rehearsals among the runs of its folder. */
const ONLY_REHEARSALS = [
  ...["speed", "buildSpeed", "failBuilds", "shellDelay", "faults"],
  ...["coderServer", "coderProviderMirror", "failCheck"],
];

/**
 * Refuses flags and variables that exclude each other, with a `usage` error. A value of the config file yields to a
 * flag or a variable instead, and to the kind of run: one that only rehearsals use is dropped from a real run.
 */
export function settleConflicts(command: Command): void {
  for (const { flag, others, isCheckedByCommand = false } of CONFLICTS)
    for (const other of others) settle(command, [flag, other], isCheckedByCommand);
  const hasRehearsals = command.options.some((option) => option.attributeName() === "rehearse");
  if (!hasRehearsals || command.getOptionValue("rehearse") === true) return;
  for (const name of ONLY_REHEARSALS)
    if (command.getOptionValueSource(name) === "config") drop(command, name);
}

function settle(
  command: Command,
  [one, other]: readonly [string, string],
  isCheckedByCommand: boolean,
): void {
  const sources = [one, other].map((name) => command.getOptionValueSource(name));
  if (sources.some((source) => source === undefined || source === "default")) return;
  const yielding = [one, other].filter((_, index) => sources[index] === "config");
  const [first] = yielding;
  if (yielding.length === 1 && first !== undefined) {
    drop(command, first);
    return;
  }
  if (isCheckedByCommand) return;
  const [left, right] = [one, other].map((name) => nameGiven(command, name));
  throw new RefbenchError("usage", `${left} cannot be combined with ${right}: remove one of the two`);
}

function drop(command: Command, name: string): void {
  command.setOptionValueWithSource(name, optionOf(command, name)?.defaultValue, "default");
}

/** The flag, with its variable where that set it. */
function nameGiven(command: Command, name: string): string {
  const { long = name, envVar } = optionOf(command, name) ?? {};
  const source = command.getOptionValueSource(name);
  if (source === "env" && envVar !== undefined) return `${long} (set by ${envVar})`;
  return source === "config" ? `${long} (set by the config file)` : long;
}

function optionOf(command: Command, name: string) {
  return command.options.find((option) => option.attributeName() === name);
}
