import { CommanderError, type Command, type Option } from "commander";
import { didYouMean } from "../../../reference-architectures/did-you-mean.ts";
import { messageOf, RefbenchError } from "../../tools/error.ts";
import type { ConfigFile } from "./config-file.ts";
import { hasVariable, listConfigurable, type NamedCommand } from "./configurable.ts";

/** The section whose flags apply to every command that has them. */
const COMMON = "common";

/** Names of flags and of values that are secret, or may hold a secret. A config file is often committed. */
export const SECRET = /(^|-)(token|password|passphrase|secret|key|licence|license|header|credentials?)s?$/i;

/** One flag of one command as a config file sets it. */
export interface ConfiguredFlag extends NamedCommand {
  readonly option: Option;
  /** As the flag's own parser returns it; undefined = a switch that stays off. */
  readonly value: unknown;
  /** As the flag would be typed, one for each time that it is given; empty = without a value. */
  readonly texts: readonly string[];
}

/** A config file's value of an option, as it would be typed. */
const configured = new WeakMap<Option, readonly string[]>();

/** The flags that a command takes from the config file, as words: for a record of how its load was asked for. */
export function configuredWords(command: Command): readonly ConfiguredWords[] {
  return command.options
    .filter((option) => command.getOptionValueSource(option.attributeName()) === "config")
    .flatMap((option): ConfiguredWords[] => {
      const { long = "" } = option;
      const texts = configured.get(option) ?? [];
      return texts.length === 0 ? [[long]] : texts.map((text) => [long, text]);
    });
}

/** A flag, and its value where it has one. */
type ConfiguredWords = readonly [flag: string, value?: string];

/** Gives the commands of a program the values of a config file, below those of variables and flags. */
export function applyConfig(program: Command, file: ConfigFile): void {
  for (const { command, option, value, texts } of matchConfig(program, file).flags) {
    const name = option.attributeName();
    command.setOptionValueWithSource(name, value, "config");
    restartLists(command, option);
    configured.set(option, texts);
  }
}

/** Throws `usage` for what is wrong with a config file. `whole` is the program with every command loaded. */
export function checkConfig(whole: Command, file: ConfigFile): void {
  const { problems } = matchConfig(whole, file);
  const [first, ...others] = problems;
  if (first === undefined) return;
  const more = others.length === 0 ? "" : ` ("refbench doctor" lists ${others.length} more)`;
  throw new RefbenchError("usage", `${first}${more}`);
}

/** The flags that a config file sets of the commands of a program, and what is wrong with the file. */
export function matchConfig(
  program: Command,
  file: ConfigFile,
): { readonly flags: readonly ConfiguredFlag[]; readonly problems: readonly string[] } {
  const commands = listConfigurable(program);
  const flags = new Map<Option, ConfiguredFlag>();
  const problems: string[] = [];
  // A command's own section outranks the common one.
  const sections = Object.entries(file.sections).toSorted(
    ([one], [other]) => Number(other === COMMON) - Number(one === COMMON),
  );
  for (const [section, values] of sections) {
    const holders = section === COMMON ? commands : commands.filter(({ path }) => path === section);
    if (holders.length === 0) {
      const known = [COMMON, ...commands.map(({ path }) => path)];
      problems.push(
        `${file.name}: "${section}" is not a command with flags that can be set${didYouMean(section, known)}: expected "common" or a command such as "run"`,
      );
      continue;
    }
    for (const [key, value] of Object.entries(values)) {
      try {
        for (const found of flagsOf(key, value, holders))
          if (found.value === undefined) flags.delete(found.option);
          else flags.set(found.option, found);
      } catch (error) {
        problems.push(`${file.name}: "${key}" of "${section}" ${messageOf(error)}`);
      }
    }
  }
  return { flags: [...flags.values()], problems };
}

/** Throws with the end of a sentence about the key. */
function flagsOf(key: string, value: unknown, holders: readonly NamedCommand[]): readonly ConfiguredFlag[] {
  if (SECRET.test(key))
    throw new Error(
      "is or may be a secret, and config files are often committed: use its variable or its file",
    );
  const named = holders.flatMap(({ path, command }) =>
    command.options
      .filter(({ hidden, long }) => !hidden && long === `--${key}`)
      .map((option) => ({ path, command, option })),
  );
  const settable = named.filter(({ option }) => hasVariable(option));
  if (settable.length === 0) {
    if (named.length > 0) throw new Error(`is for one command line: remove it, and give --${key} as a flag`);
    const known = holders.flatMap(({ command }) =>
      command.options.filter(hasVariable).map(({ long = "" }) => long.slice(2)),
    );
    throw new Error(`is not a flag that can be set here${didYouMean(key, known)}: remove or correct it`);
  }
  const variables = new Set(settable.map(({ option }) => option.envVar));
  if (variables.size > 1)
    throw new Error(
      `differs between ${settable.map(({ path }) => `"${path}"`).join(", ")}: set it for each command`,
    );
  return settable.map((found) => {
    const texts = textsOf(value, found.option);
    return texts === undefined
      ? { ...found, texts: [], value: undefined }
      : { ...found, texts, value: parseTexts(texts, found.option) };
  });
}

/** The value as it would be typed; undefined for a switch that stays off. */
function textsOf(value: unknown, option: Option): readonly string[] | undefined {
  if (option.isBoolean()) {
    if (typeof value === "boolean") return value ? [] : undefined;
    throw new Error("must be true or false");
  }
  if (option.optional && typeof value === "boolean") return value ? [] : undefined;
  const isList = Array.isArray(option.defaultValue);
  const values: readonly unknown[] = isList && Array.isArray(value) ? value : [value];
  return values.map((each) => {
    if (typeof each === "string" || typeof each === "number") return String(each);
    throw new Error(`must be a text or a number${isList ? ", or a list of them" : ""}`);
  });
}

/** As commander parses a typed flag. */
function parseTexts(texts: readonly string[], option: Option): unknown {
  const { parseArg, presetArg } = option;
  const defaultValue: unknown = option.defaultValue;
  const given = texts.length > 0 ? texts : typeof presetArg === "string" ? [presetArg] : [];
  if (given.length === 0) return Array.isArray(defaultValue) ? defaultValue : true;
  try {
    return given.reduce<unknown>(
      (before, text) => (parseArg === undefined ? text : parseArg(text, before)),
      defaultValue,
    );
  } catch (error) {
    const why =
      error instanceof CommanderError && option.argChoices !== undefined
        ? `must be ${option.argChoices.join(" or ")}; got "${given.join(", ")}"`
        : `is refused: ${messageOf(error)}`;
    throw new Error(why, { cause: error });
  }
}

/** A list that a variable or a flag gives takes the place of the config file's: nothing is added to that. */
function restartLists(command: Command, option: Option): void {
  const { parseArg } = option;
  const defaultValue: unknown = option.defaultValue;
  if (parseArg === undefined || !Array.isArray(defaultValue)) return;
  option.argParser((text, before: unknown) =>
    parseArg(text, command.getOptionValueSource(option.attributeName()) === "config" ? defaultValue : before),
  );
}
