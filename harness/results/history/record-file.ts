import { z } from "zod";
import { messageOf, RefbenchError } from "../../tools/error.ts";
import { storedRecord } from "../../model/record/migrate-record.ts";
import { JsonBoundError, parseJson } from "../../tools/parse-json.ts";
import { RECORD_SCHEMA_VERSION, type RunRecord } from "../../model/record/record.ts";
import { contradictionOf } from "./contradiction.ts";
import { digestFile, digestMismatch, digestPath } from "./digest.ts";
import { findText } from "./find-text.ts";

/** A record as its file has it, or what is wrong with the file. */
export type RecordText = { readonly record: RunRecord } | { readonly wrong: string };

/** Whose file it is, before the whole of it is looked at. */
const head = z.looseObject({ schemaVersion: z.number() });

/** Reads the text of a record of this version or an older one, or says what is wrong and what to do. */
export function recordOfText(text: string): RecordText {
  let json: unknown;
  try {
    json = parseJson(text);
  } catch (error) {
    if (error instanceof JsonBoundError)
      return { wrong: `${error.message}, as no record of refbench is: take the file that a run wrote` };
    return {
      wrong:
        text.trim() === ""
          ? "it is empty: take a copy that was written to its end"
          : `${messageOf(error)}; a file that was cut off is of no use: take a whole copy`,
    };
  }
  const versioned = head.safeParse(json);
  if (!versioned.success)
    return {
      wrong: "it has no schemaVersion: expected what --output json:<file> or a run's record.json holds",
    };
  const { schemaVersion } = versioned.data;
  if (schemaVersion > RECORD_SCHEMA_VERSION)
    return {
      wrong: `its schemaVersion is ${schemaVersion}, and this refbench reads up to ${RECORD_SCHEMA_VERSION}: read it with the refbench that wrote it, or a newer one`,
    };
  const parsed = storedRecord.safeParse(json);
  if (parsed.success) return { record: parsed.data };
  const [issue] = parsed.error.issues;
  return { wrong: `${issue?.path.join(".") || "the whole"}: ${issue?.message ?? "not as it must be"}` };
}

/** The record in a file, or undefined when there is no such file. */
export async function findRecord(path: string): Promise<RunRecord | undefined> {
  const text = await findText(path);
  if (text === undefined) return undefined;
  const read = recordOfText(text);
  if ("record" in read) return read.record;
  throw new RefbenchError("run_folder", `${path} ${unreadable(read.wrong)}`);
}

/** A record that was listed, or why it counts for nothing, in the words of `Unreadable`. */
export type ReadRecord =
  | {
      readonly record: RunRecord;
      /** What its digest's file holds, or would hold. */
      readonly digest: string;
      /** Whether that file is there. */
      readonly hasDigest: boolean;
    }
  | { readonly wrong: string };

/**
 * Reads a record in a file that was listed, and believes it only as far as it can be checked: by its digest where one
 * lies beside it, and by its own figures, from which its verdict must follow.
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

const WENT_AWAY = "went away while it was read";
const LOST = "is not there, only its digest is: restore it, or import its run again";

function unreadable(wrong: string): string {
  return `is not a record of this refbench: ${wrong}`;
}
