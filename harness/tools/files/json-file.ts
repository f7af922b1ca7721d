import type { z } from "zod";
import { RefbenchError } from "../error.ts";
import { findFile } from "./local-files.ts";
import { parseJson } from "../parse-json.ts";
import { replaceFile } from "./replace-file.ts";

/** The text that `writeJson` writes for a value. */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** Writes JSON by `replaceFile`. Throws `run_folder`. */
export async function writeJson(
  path: string,
  value: unknown,
  options: { readonly mode?: number } = {},
): Promise<void> {
  try {
    await replaceFile(path, jsonText(value), options.mode);
  } catch (error) {
    throw new RefbenchError(
      "run_folder",
      `cannot write ${path}: free space or fix permissions, then run the command again`,
      {
        cause: error,
      },
    );
  }
}

/** The file's value checked against its schema, or undefined when there is no such file. */
export async function findJson<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
): Promise<z.output<Schema> | undefined> {
  const bytes = await findFile(path);
  if (bytes === undefined) return undefined;
  try {
    return schema.parse(parseJson(bytes.toString()));
  } catch (error) {
    throw new RefbenchError(
      "run_folder",
      `${path} is not what refbench wrote there: restore it from a copy of the run's folder`,
      {
        cause: error,
      },
    );
  }
}

/** As `findJson`, but a damaged file counts as missing: a teardown must continue without it. */
export async function salvageJson<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
): Promise<z.output<Schema> | undefined> {
  // eslint-disable-next-line no-restricted-syntax -- its callers go on without it, and claim nothing by that.
  return findJson(path, schema).catch(() => undefined);
}

/** As `findJson`, but a missing file is an error. */
export async function readJson<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
): Promise<z.output<Schema>> {
  const value = await findJson(path, schema);
  if (value === undefined) {
    throw new RefbenchError(
      "run_folder",
      `${path} is missing: the stage that writes it has not run in this folder`,
    );
  }
  return value;
}
