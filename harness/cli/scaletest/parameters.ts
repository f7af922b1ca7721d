import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { messageOf, RefbenchError } from "../../model/error.ts";
import { pairs } from "./values.ts";

const fileSchema = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]));

/** The template's parameters from `--rich-parameter-file` and, over them, `--parameter`. */
export async function readParameters(
  {
    parameter,
    richParameterFile,
  }: { readonly parameter: readonly string[]; readonly richParameterFile?: string },
  cwd: string,
): Promise<Record<string, string>> {
  const given = pairs("--parameter", parameter);
  if (richParameterFile === undefined) return { ...given };
  const path = resolve(cwd, richParameterFile);
  try {
    const inFile = fileSchema.parse(parse(await readFile(path, "utf8")));
    // Coder takes lists as JSON.
    const texts = Object.entries(inFile).map(([name, value]) => [
      name,
      Array.isArray(value) ? JSON.stringify(value) : String(value),
    ]);
    return { ...(Object.fromEntries(texts) as Record<string, string>), ...given };
  } catch (error) {
    throw new RefbenchError(
      "usage",
      `--rich-parameter-file is ${path}, expected YAML of names and values: ${error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error)}`,
      { cause: error },
    );
  }
}
