import { readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { RefbenchError } from "../../tools/error.ts";
import type { Io } from "./io.ts";

/** More than any licence: a larger file was named by mistake. */
const LONGEST_BYTES = 64 * 1_024;

/** Reads the licence from a file or from `REFBENCH_LICENCE`. It is never printed and never an argument of a process. */
export async function readLicence(file: string | undefined, { env, cwd }: Io): Promise<string | undefined> {
  const inPlace = env["REFBENCH_LICENCE"] ?? "";
  if (file === undefined || file === "") return inPlace === "" ? undefined : inPlace;
  const path = resolve(cwd, file);
  try {
    const { size } = await stat(path);
    if (size > LONGEST_BYTES)
      throw new Error(`it has ${size} bytes, but a licence has at most ${LONGEST_BYTES}`);
    return await readFile(path, "utf8");
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new RefbenchError("usage", `--licence-file is "${file}", which cannot be read: ${why}`, { cause });
  }
}

/** Returns the environment for child processes, without the licence. */
export function withoutLicence(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => name !== "REFBENCH_LICENCE"));
}
