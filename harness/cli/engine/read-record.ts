import { readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { z } from "zod";
import { messageOf, RefbenchError } from "../../model/error.ts";
import { storedRecord } from "../../model/migrate-record.ts";
import { RECORD_SCHEMA_VERSION, type RunRecord } from "../../model/record.ts";
import { RUN_ID_PATTERN } from "../../model/run-id.ts";

/** Whose file it is, before the whole of it is looked at. */
const head = z.looseObject({ schemaVersion: z.number() });

/** Reads a record from a file, a run's folder, or by a run's id, or refuses what is none with what is wrong. */
export async function readRecord(
  given: string,
  cwd: string,
): Promise<{ readonly path: string; readonly record: RunRecord }> {
  const { path, text } = await readFirst(given, candidates(given, cwd));
  const wrong = (what: string, cause?: unknown): never => {
    throw new RefbenchError("usage", `${path} is no record of refbench: ${what}`, { cause });
  };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return text.trim() === ""
      ? wrong("it is empty: take a copy that was written to its end")
      : wrong(`${messageOf(error)}; a file that was cut off is of no use: take a whole copy`, error);
  }
  const versioned = head.safeParse(json);
  if (!versioned.success)
    return wrong("it has no schemaVersion: expected what --output json:<file> or a run's record.json holds");
  const { schemaVersion } = versioned.data;
  if (schemaVersion > RECORD_SCHEMA_VERSION)
    return wrong(
      `its schemaVersion is ${schemaVersion}, and this refbench reads up to ${RECORD_SCHEMA_VERSION}: check it with the refbench that wrote it`,
    );
  const parsed = storedRecord.safeParse(json);
  if (parsed.success) return { path, record: parsed.data };
  const [issue] = parsed.error.issues;
  return wrong(
    `${issue?.path.join(".") || "the whole"}: ${issue?.message ?? "not as it must be"}`,
    parsed.error,
  );
}

function candidates(given: string, cwd: string): readonly string[] {
  const path = resolve(cwd, given);
  const inRuns = RUN_ID_PATTERN.test(given)
    ? ["runs", "scaletest"].map((kind) => join(cwd, ".refbench", kind, given, "record.json"))
    : [];
  return [path, ...inRuns];
}

async function readFirst(
  given: string,
  paths: readonly string[],
): Promise<{ readonly path: string; readonly text: string }> {
  for (const path of paths) {
    try {
      const file = (await stat(path)).isDirectory() ? join(path, "record.json") : path;
      return { path: file, text: await readFile(file, "utf8") };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") continue;
      throw new RefbenchError("usage", `${path} cannot be read: ${messageOf(error)}`, { cause: error });
    }
  }
  throw new RefbenchError(
    "usage",
    `there is no record "${given}": expected the path of a record's file, of a run's folder, or the id of a run in this folder`,
  );
}
