import { Option } from "commander";
import { addOutput, OUTPUT_FORMATS, parseForm, TEXT_ON_STDOUT } from "../../results/format/output-spec.ts";
import type { OutputFormat } from "../../results/format/output-spec.ts";

/** The forms of `--output` that a command offers. */
interface Offer {
  /** @default text, json and markdown */
  readonly forms?: readonly OutputFormat[];
  /** False: on stdout only, and given once. @default true */
  readonly toFiles?: boolean;
  readonly env?: string;
  /** A further effect of a form, for the help. */
  readonly also?: string;
}

/**
 * `--output` of every command. Its value is a list of `OutputSpec`, or one form where `toFiles` is false. A form that
 * the command does not offer is a `usage` error.
 */
export function outputOption({ forms = OUTPUT_FORMATS, toFiles = true, env, also }: Offer = {}): Option {
  const where = toFiles
    ? "form of the result, on stdout or with :path in a file; repeatable"
    : "form of the result";
  const option = new Option(
    toFiles ? "--output <form[:path]>" : "--output <form>",
    also === undefined ? where : `${where}; ${also}`,
  );
  if (env !== undefined) option.env(env);
  option.argChoices = [...forms];
  return toFiles
    ? option
        .default(TEXT_ON_STDOUT, "text")
        .argParser((value, all: typeof TEXT_ON_STDOUT) => addOutput(value, all, forms))
    : option.default("text").argParser((value) => parseForm(value, forms));
}
