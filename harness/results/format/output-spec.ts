import { RefbenchError } from "../../tools/error.ts";

/** The output formats of a result. */
export const OUTPUT_FORMATS = ["text", "json", "markdown"] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** One result to write, to stdout or to a file. */
export interface OutputSpec<Format extends OutputFormat = OutputFormat> {
  readonly format: Format;
  /** Absent = stdout. */
  readonly path?: string;
}

/** The default without `--output`. */
export const TEXT_ON_STDOUT: readonly OutputSpec[] = [{ format: "text" }];

/**
 * Adds one `--output` value, such as `text` or `json:result.json`, to the earlier ones. Throws `usage` for a format
 * that is not in `forms`, and for a second one on stdout.
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
      `--output must be ${listed(forms)}, optionally with a path such as json:result.json; got "${value}"`,
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
    `only one --output can write to stdout; got ${onStdout.map((spec) => spec.format).join(" and ")}: give the others a path, such as json:result.json`,
  );
}

/** Parses an `--output` without a path. */
export function parseForm(value: string, forms: readonly OutputFormat[]): OutputFormat {
  const format = forms.find((each) => each === value);
  if (format !== undefined) return format;
  throw new RefbenchError("usage", `--output must be ${listed(forms)}; got "${value}"`);
}

function listed(forms: readonly string[]): string {
  return `${forms.slice(0, -1).join(", ")} or ${forms.at(-1) ?? ""}`;
}

/** The width of every file. */
export const DEFAULT_WIDTH = 80;
