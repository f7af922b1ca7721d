import { z } from "zod";
import { messageOf, RefbenchError } from "../../tools/error.ts";
import { storedRecord } from "../../model/record/migrate-record.ts";
import { JsonBoundError, parseJson } from "../../tools/parse-json.ts";
import { RECORD_SCHEMA_VERSION, type RunRecord } from "../../model/record/record.ts";
import { contradictionOf } from "./contradiction.ts";
import { digestFile, digestMismatch, digestPath } from "./digest.ts";
import { findText } from "./find-text.ts";

/** A parsed record, or what is wrong with the text. */
export type RecordText = { readonly record: RunRecord } | { readonly wrong: string };

/** Checks the version before the rest. */
const head = z.looseObject({ schemaVersion: z.number() });

/** Parses a record of this version or an older one. Returns what is wrong and what to do if it cannot. */
export function recordOfText(text: string): RecordText {
  let json: unknown;
  try {
    json = parseJson(text);
  } catch (error) {
    if (error instanceof JsonBoundError)
      return { wrong: `${error.message}, which no record of refbench does: use the file that a run wrote` };
    return {
      wrong:
        text.trim() === ""
          ? "it is empty: use a complete copy"
          : `${messageOf(error)}; the file may be truncated: use a complete copy`,
    };
  }
  const versioned = head.safeParse(json);
  if (!versioned.success)
    return {
      wrong: "it has no schemaVersion: use the output of --output json:<file>, or a run's record.json",
    };
  const { schemaVersion } = versioned.data;
  if (schemaVersion > RECORD_SCHEMA_VERSION)
    return {
      wrong: `its schemaVersion is ${schemaVersion}, but this refbench reads at most ${RECORD_SCHEMA_VERSION}: use the refbench that wrote it, or a newer one`,
    };
  const parsed = storedRecord.safeParse(json);
  if (parsed.success) return { record: parsed.data };
  const [issue] = parsed.error.issues;
  return { wrong: `${issue?.path.join(".") || "the record"}: ${issue?.message ?? "is invalid"}` };
}

/** Returns the record in a file; undefined if the file does not exist. */
export async function findRecord(path: string): Promise<RunRecord | undefined> {
  const text = await findText(path);
  if (text === undefined) return undefined;
  const read = recordOfText(text);
  if ("record" in read) return read.record;
  throw new RefbenchError("run_folder", `${path} ${unreadable(read.wrong)}`);
}

/** A record read from a listed file, or why it cannot be used, to follow a path (`Unreadable`). */
export type ReadRecord =
  | {
      readonly record: RunRecord;
      /** The content of its digest file, existing or not. */
      readonly digest: string;
      /** Whether the digest file exists. */
      readonly hasDigest: boolean;
    }
  | { readonly wrong: string };

/**
 * Reads a record from a listed file and checks it: against its digest if there is one, and against its own figures,
 * from which its verdict must follow.
 */
export async function readRecordFile(path: string): Promise<ReadRecord> {
  try {
    const [text, digest] = await Promise.all([findText(path), findText(digestPath(path))]);
    if (text === undefined) return { wrong: digest === undefined ? WENT_AWAY : LOST };
    const read = recordOfText(text);
    if ("wrong" in read) return { wrong: unreadable(read.wrong) };
    const wrong =
      (digest === undefined ? undefined : digestMismatch(text, digest)) ?? contradictionOf(read.record);
    if (wrong !== undefined) return { wrong };
    return { record: read.record, digest: digestFile(text, path), hasDigest: digest !== undefined };
  } catch (error) {
    const cause = error instanceof Error ? (error.cause as NodeJS.ErrnoException | undefined) : undefined;
    return { wrong: `cannot be read (${cause?.code ?? "unknown"}): fix its permissions, or restore it` };
  }
}

const WENT_AWAY = "disappeared while it was read";
const LOST = "is missing, only its digest exists: restore it, or import its run again";

function unreadable(wrong: string): string {
  return `is not a record of this refbench: ${wrong}`;
}
