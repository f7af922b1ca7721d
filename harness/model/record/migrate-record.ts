import { z } from "zod";
import { MEASURING_METHODS, recordSchema } from "./record.ts";

type Migration = (record: Readonly<Record<string, unknown>>) => Record<string, unknown>;

/** From each older version of the record's shape to the next: what it takes is plain JSON, and is not changed. */
const MIGRATIONS: ReadonlyMap<number, Migration> = new Map<number, Migration>([
  // Version 1 did not record what had started a run; only a manual load names a deployment.
  [
    1,
    (record) => ({
      ...record,
      schemaVersion: 2,
      origin: { kind: record["deployment"] === undefined ? "run" : "scaletest" },
    }),
  ],
  // Version 2 had one histogram for several stages; version 3 says how its figures were measured.
  [
    2,
    (record) => ({
      ...record,
      schemaVersion: 3,
      provenance: { ...(record["provenance"] as object | undefined), method: MEASURING_METHODS[0] },
    }),
  ],
  // Version 4 can tell of lost parts. A load of version 3 that lost a part had no measurements.
  [3, (record) => ({ ...record, schemaVersion: 4 })],
]);

/** Brings a record of an older version to today's shape; anything else stays as it is, for the schema to refuse. */
function migrateRecord(stored: unknown): unknown {
  let record = stored;
  for (;;) {
    const known = versioned.safeParse(record);
    const migrate = known.success ? MIGRATIONS.get(known.data.schemaVersion) : undefined;
    if (!known.success || migrate === undefined) return record;
    record = migrate(known.data);
  }
}

const versioned = z.looseObject({ schemaVersion: z.number() });

/** A record as it lies in a file, of this version or an older one. */
export const storedRecord = z.preprocess(migrateRecord, recordSchema);
