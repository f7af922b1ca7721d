import type { Bucket } from "../model/bucket.ts";
import { storedRecord } from "../model/migrate-record.ts";
import type { RunRecord } from "../model/record.ts";
import { RUN_ID_PATTERN } from "../model/run-id.ts";
import { mirrorKeys } from "./mirror.ts";

/** The records of the runs that a bucket holds; one that cannot be read says nothing. */
export async function mirroredRecords(bucket: Bucket): Promise<readonly RunRecord[]> {
  const keys = await bucket.list(mirrorKeys.runs);
  const ids = new Set(keys.map((key) => key.slice(mirrorKeys.runs.length).split("/", 1)[0] ?? ""));
  const records: RunRecord[] = [];
  for (const id of [...ids].filter((id) => RUN_ID_PATTERN.test(id))) {
    const bytes = await bucket.get(mirrorKeys.file(id, "record.json"));
    const parsed = bytes === undefined ? undefined : storedRecord.safeParse(jsonOf(bytes));
    if (parsed?.success === true) records.push(parsed.data);
  }
  return records;
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString());
  } catch {
    return undefined;
  }
}
