import { z } from "zod";
import { sshPathOf, unknownNetwork } from "../observation/network.ts";
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
  // Version 5 has the network as it was seen. Version 4 took SSH for relayed where nothing had shown its path.
  [
    4,
    (record) => ({
      ...record,
      schemaVersion: 5,
      network: unknownNetwork("records of version 4 and earlier do not have it"),
      ...withSeenPath(record["measurements"]),
    }),
  ],
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

const measuredSsh = z.looseObject({
  connections: z.looseObject({
    sshPath: z.string(),
    sshRelayed: z.number().optional(),
    sshDirect: z.number().optional(),
  }),
});

/** The measurements with the path of SSH as far as it was seen; nothing if there are none. */
function withSeenPath(measurements: unknown): object {
  const known = measuredSsh.safeParse(measurements);
  if (!known.success) return {};
  const { connections, ...rest } = known.data;
  const isBySession = connections.sshPath === "relayed" || connections.sshPath === "direct";
  const sshPath = isBySession ? sshPathOf("stdio", connections) : connections.sshPath;
  return { measurements: { ...rest, connections: { ...connections, sshPath } } };
}

const versioned = z.looseObject({ schemaVersion: z.number() });

/** A record as it lies in a file, of this version or an older one. */
export const storedRecord = z.preprocess(migrateRecord, recordSchema);
