import { Option } from "commander";

/** `--output`, repeatable: a form on stdout, or one with a file. */
export function outputOption(description: string): Option {
  return new Option("--output <format[:path]>", description)
    .argParser((value: string, all: readonly string[] | undefined) => [...(all ?? []), value])
    .default([], "text");
}
