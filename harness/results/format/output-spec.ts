import { RefbenchError } from "../../tools/error.ts";

/** The forms a result can take. */
export const OUTPUT_FORMATS = ["text", "json", "markdown"] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** One result to write: on stdout, or into a file. */
export interface OutputSpec {
  readonly format: OutputFormat;
  /** Absent = stdout. */
  readonly path?: string;
}

/** Reads `--output` values such as `text` and `json:result.json`; without any, text on stdout. */
export function parseOutputs(values: readonly string[]): readonly OutputSpec[] {
  if (values.length === 0) return [{ format: "text" }];
  const specs = values.map(parseOutput);
  const onStdout = specs.filter(({ path }) => path === undefined);
  if (onStdout.length > 1) {
    const formats = onStdout.map(({ format }) => format).join(" and ");
    throw new RefbenchError(
      "usage",
      `--output ${formats} would share stdout, expected at most one without a path: give the others one, such as json:result.json`,
    );
  }
  return specs;
}

function parseOutput(value: string): OutputSpec {
  const [, name, path] = /^([^:]*)(?::(.*))?$/s.exec(value) ?? [];
  const format = OUTPUT_FORMATS.find((each) => each === name);
  if (format === undefined || path === "") {
    throw new RefbenchError(
      "usage",
      `--output is "${value}", expected text, json or markdown, or one with a file such as json:result.json`,
    );
  }
  return path === undefined ? { format } : { format, path };
}
