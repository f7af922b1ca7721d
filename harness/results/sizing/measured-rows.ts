import { architectures } from "../../../reference-architectures/catalogue.ts";
import type { UnusedRows } from "../../../reference-architectures/sizing/answer.ts";
import { loadOfSize } from "../../../reference-architectures/sizing/choose-listed.ts";
import { LOAD_FIGURES, type Load } from "../../../reference-architectures/sizing/load.ts";
import type { MeasuredRow } from "../../../reference-architectures/sizing/measured-row.ts";
import type { RunRecord } from "../../model/record/record.ts";
import { dayOf } from "../format/day.ts";
import { recordStandingOf } from "../judge/official.ts";

/** The rows that count for sizing, and how many records do not. */
export interface SizingRows {
  readonly rows: readonly MeasuredRow[];
  readonly notUsed: UnusedRows;
}

/** The measured figures that Coder's rules of size are about. */
const SIZING_CLAIMS: ReadonlySet<string> = new Set([
  "coder-cores-per-build",
  "terraform-memory-per-build",
  "coderd-cores-per-user",
  "coderd-memory-per-user",
  "database-cores-per-user",
]);

/** Returns the official rows that passed or missed their objectives. No other record says what a size carries. */
export function measuredRowsOf(records: readonly RunRecord[]): SizingRows {
  const standings = records.map((record) => ({ record, standing: recordStandingOf(record) }));
  const count = (wanted: string): number => standings.filter(({ standing }) => standing === wanted).length;
  const official = standings.filter(({ standing }) => standing === "official").map(({ record }) => record);
  const rows = official.flatMap(rowOf);
  return {
    rows,
    notUsed: {
      simulated: count("simulated"),
      unofficial: count("unofficial"),
      inconclusive: official.length - rows.length,
    },
  };
}

function rowOf(record: RunRecord): readonly MeasuredRow[] {
  const { verdict, measurements, runId, startedAt, architecture, size, reasons, claims = [] } = record;
  if (measurements === undefined || (verdict !== "pass" && verdict !== "slo-failed")) return [];
  const [reason] = reasons;
  return [
    {
      runId,
      date: dayOf(startedAt),
      architecture,
      size,
      outcome: verdict,
      ...(reason === undefined ? {} : { reason }),
      load: loadOfRecord(record),
      isAsListed: isAsListed(record),
      disagreements: claims
        .filter(({ id }) => SIZING_CLAIMS.has(id))
        .flatMap(({ words, unit, measured, published }) =>
          published
            .filter(({ agrees }) => agrees === false && measured !== undefined)
            .map(
              ({ value, source }) =>
                `${words}: measured ${measured?.low ?? ""} to ${measured?.high ?? ""} ${unit}, published ${value} (${source})`,
            ),
        ),
    },
  ];
}

function loadOfRecord({ load: { users, workspaces, concurrentBuilds, connections } }: RunRecord): Load {
  return { users, workspaces, builds: concurrentBuilds, connections };
}

/** Whether the catalogue still has the size as it was run. */
function isAsListed(record: RunRecord): boolean {
  const listed = architectures.get(record.architecture)?.sizes[record.size];
  if (listed === undefined) return false;
  const [load, today] = [loadOfRecord(record), loadOfSize(listed)];
  return (
    LOAD_FIGURES.every((figure) => load[figure] === today[figure]) &&
    record.load.replicas === listed.coder.replicas &&
    record.load.daemonsPerReplica === listed.coder.daemonsPerReplica
  );
}
