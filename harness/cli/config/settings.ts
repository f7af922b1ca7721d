import type { Command } from "commander";
import { matchConfig, SECRET } from "./apply-config.ts";
import { hasVariable, listConfigurable } from "./configurable.ts";
import type { ConfigFile } from "./config-file.ts";

/** A flag that the config file or a variable of the shell sets, with the commands that take this value. */
export interface Setting {
  /** Such as `--project`. */
  readonly flag: string;
  /** As it would be typed; a switch has `on`, a value that may be secret is not shown. */
  readonly value: string;
  /** The file, or the variable. */
  readonly from: string;
  readonly commands: readonly string[];
}

/** The values that are set outside the command line, and the problems with them. */
export interface Settings {
  /** The config file that was read, if there is one. */
  readonly file?: string;
  readonly problems: readonly string[];
  readonly settings: readonly Setting[];
}

/** Every flag that a config file or a variable sets. `whole` is the program with every command loaded. */
export function listSettings(whole: Command, file: ConfigFile | undefined, env: NodeJS.ProcessEnv): Settings {
  const { flags, problems } = file === undefined ? { flags: [], problems: [] } : matchConfig(whole, file);
  const settings = new Map<string, Setting>();
  for (const { path, command } of listConfigurable(whole))
    for (const option of command.options) {
      const { long: flag = "", envVar } = option;
      if (envVar === undefined || !hasVariable(option)) continue;
      const fromShell = env[envVar];
      const configured = flags.find((each) => each.option === option);
      if (fromShell === undefined && configured === undefined) continue;
      const texts = option.isBoolean()
        ? []
        : fromShell === undefined
          ? (configured?.texts ?? [])
          : [fromShell];
      const from = fromShell === undefined ? (file?.name ?? "") : envVar;
      const value = texts.length === 0 ? "on" : texts.map((text) => shown(flag, text)).join(", ");
      const key = JSON.stringify([flag, from, value]);
      const commands = [...(settings.get(key)?.commands ?? []), path];
      settings.set(key, { flag, value, from, commands });
    }
  return {
    ...(file === undefined ? {} : { file: file.name }),
    problems,
    settings: [...settings.values()].toSorted((one, other) => (one.flag < other.flag ? -1 : 1)),
  };
}

/** A value for a person to read. Credentials are taken out. */
function shown(flag: string, text: string): string {
  return SECRET.test(flag) ? "(not shown)" : text.replace(/(?<=\/\/)[^/@\s]*@/g, "…@");
}
