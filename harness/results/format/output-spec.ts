import { RefbenchError } from "../../tools/error.ts";

/** The forms a result can take. */
export const OUTPUT_FORMATS = ["text", "json", "markdown"] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** One result to write: on stdout, or into a file. */
export interface OutputSpec<Format extends OutputFormat = OutputFormat> {
  readonly format: Format;
  /** Absent = stdout. */
  readonly path?: string;
}

/** What a command writes without `--output`. */
export const TEXT_ON_STDOUT: readonly OutputSpec[] = [{ format: "text" }];

/**
 * Adds one `--output` value, such as `text` or `json:result.json`, to those before it. A form that is not among
 * `forms` and a second one on stdout are `usage` errors.
 */
export function addOutput(
  value: string,
  before: readonly OutputSpec[],
  forms: readonly OutputFormat[] = OUTPUT_FORMATS,
): readonly OutputSpec[] {
  const [, name = "", path] = /^([^:]*)(?::(.*))?$/s.exec(value) ?? [];
  const format = forms.find((each) => each === name);
  if (format === undefined || path === "") {
    throw new RefbenchError(
      "usage",
      `--output is "${value}", expected ${listed(forms)}, or one with a file such as json:result.json`,
    );
  }
  const specs = [
    ...(before === TEXT_ON_STDOUT ? [] : before),
    path === undefined ? { format } : { format, path },
  ];
  const onStdout = specs.filter((spec) => spec.path === undefined);
  if (onStdout.length < 2) return specs;
  throw new RefbenchError(
    "usage",
    `--output ${onStdout.map((spec) => spec.format).join(" and ")} would share stdout, expected at most one without a path: give the others one, such as json:result.json`,
  );
}

/** Reads an `--output` that takes no file. */
export function parseForm(value: string, forms: readonly OutputFormat[]): OutputFormat {
  const format = forms.find((each) => each === value);
  if (format !== undefined) return format;
  throw new RefbenchError("usage", `--output is "${value}", expected ${listed(forms)}`);
}

function listed(forms: readonly string[]): string {
  return `${forms.slice(0, -1).join(", ")} or ${forms.at(-1) ?? ""}`;
}

/** The width of every file. */
export const DEFAULT_WIDTH = 80;
