import type { Command } from "commander";
import { shellWord } from "../../../tools/shell-word.ts";

/** The command line as it was typed, to be pasted into a shell, with more words at its end. */
export function typedCommand(command: Command, ...more: readonly string[]): string {
  let root = command;
  while (root.parent !== null) root = root.parent;
  // Commander keeps them without naming them in its types; the first two are the program.
  const { rawArgs = [] } = root as Command & { readonly rawArgs?: readonly string[] };
  return ["refbench", ...rawArgs.slice(2), ...more].map(shellWord).join(" ");
}

/** A command of refbench to be pasted into a shell. */
export function pasteable(...words: readonly string[]): string {
  return ["refbench", ...words].map(shellWord).join(" ");
}
