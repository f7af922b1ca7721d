import { readFile } from "node:fs/promises";
import type { z } from "zod";

/** An environment that cannot be read, or not created as requested. */
export class EnvironmentError extends Error {
  override readonly name = "EnvironmentError";
}

/**
 * Reads one of the user's files and checks it against its schema; undefined if the file does not exist. Throws
 * `EnvironmentError` with the file and the problem. It never quotes the file, because some have secrets.
 */
export async function findUserJson<Schema extends z.ZodType>(
  file: string,
  schema: Schema,
  { what, next }: { readonly what: string; readonly next: string },
): Promise<z.infer<Schema> | undefined> {
  const refuse = (problem: string): never => {
    throw new EnvironmentError(`cannot read ${what} in ${file}: ${problem}; ${next}`);
  };
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    const { code = "unknown error" } = error as NodeJS.ErrnoException;
    return code === "ENOENT" ? undefined : refuse(code);
  }
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    // The parser's message quotes the text.
    return refuse(text.trim() === "" ? "the file is empty" : "it is not valid JSON");
  }
  const parsed = schema.safeParse(content);
  return parsed.success ? parsed.data : refuse(problemsOf(parsed.error));
}

/** Returns each problem with its path, in one line. */
function problemsOf({ issues }: z.ZodError): string {
  return issues
    .map(({ path, message }) => (path.length === 0 ? message : `${path.join(".")}: ${message}`))
    .join("; ");
}
