import type { Command } from "commander";
import { EXIT_CODES } from "../tools/verdict.ts";

/** The notes below the options in a command's help. */
interface HelpNotes {
  /** Commands that can be pasted. They are never wrapped. */
  readonly examples?: readonly string[];
  /** One paragraph each, on one line where the help is piped. */
  readonly notes?: readonly string[];
}

/** Adds examples, then notes, below the options in a command's help. */
export function addHelpNotes(command: Command, { examples = [], notes = [] }: HelpNotes): Command {
  return command.addHelpText("after", ({ command: shown, error }) => {
    const output = shown.configureOutput();
    const width = (error ? output.getErrHelpWidth?.() : output.getOutHelpWidth?.()) ?? Infinity;
    const lines = [
      ...(examples.length === 0 ? [] : ["", "Examples:", ...examples.map((example) => `  ${example}`)]),
      ...(notes.length === 0 ? [] : ["", ...notes.map((note) => shown.createHelp().boxWrap(note, width))]),
    ];
    return lines.join("\n");
  });
}

/** Every exit code with its verdict, for a help text: `0 pass, 2 usage, …`. */
export function exitCodeList(): string {
  return Object.entries(EXIT_CODES)
    .toSorted(([, one], [, other]) => one - other)
    .map(([verdict, code]) => `${code} ${verdict}`)
    .join(", ");
}
