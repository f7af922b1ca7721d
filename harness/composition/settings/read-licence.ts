import { readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { RefbenchError } from "../../tools/error.ts";
import type { Io } from "./io.ts";

/** More than a licence is; what is larger was named by mistake. */
const LONGEST_BYTES = 64 * 1_024;

/** The licence that was given: by file, or in `REFBENCH_LICENCE`. It is never printed, nor in an argument of a process. */
export async function readLicence(file: string | undefined, { env, cwd }: Io): Promise<string | undefined> {
  const inPlace = env["REFBENCH_LICENCE"] ?? "";
  if (file === undefined || file === "") return inPlace === "" ? undefined : inPlace;
  const path = resolve(cwd, file);
  try {
    const { size } = await stat(path);
    if (size > LONGEST_BYTES) throw new Error(`it has ${size} bytes, which no licence has`);
    return await readFile(path, "utf8");
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new RefbenchError("usage", `--licence-file is "${file}", which cannot be read: ${why}`, { cause });
  }
}

/** An environment for child processes, which are told no licence. */
export function withoutLicence(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => name !== "REFBENCH_LICENCE"));
}
