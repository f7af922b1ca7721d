import type { Architecture, Size } from "../architecture.ts";
import type { Basis } from "./basis.ts";
import { tierResources } from "./compute-size.ts";
import { type Load } from "./load.ts";
import { isWithin, type MeasuredRow } from "./measured-row.ts";
import type { SizedPart } from "./parts.ts";

/** The vCPU of one part of a deployment, all its processes together; undefined where it has none to compare. */
function coresOf(size: Size, id: SizedPart["id"]): number | undefined {
  const { coder, externalProvisioners, provisioners, database } = size;
  switch (id) {
    case "coder":
      return coder.replicas * coder.cpuMillis;
    case "provisioners":
      return provisioners === "external" ? externalProvisioners.count * externalProvisioners.cpuMillis : 0;
    case "database":
      return tierResources(database.tier)?.cores;
    case "workspaces":
    case "system":
      return undefined;
  }
}

/**
 * Returns the newest passed row that carried at least this load with no more cores in one part than the deployment
 * has there; undefined if there is none. Rows with another kind of provisioners do not compare.
 */
export function measuredBasis(
  { name, sizes }: Architecture,
  { id, size, load }: { readonly id: SizedPart["id"]; readonly size: Size; readonly load: Load },
  rows: readonly MeasuredRow[],
): Basis | undefined {
  const planned = coresOf(size, id);
  if (planned === undefined) return undefined;
  const found = rows
    .filter((row) => {
      const measured = row.architecture === name && row.isAsListed ? sizes[row.size] : undefined;
      if (measured === undefined || row.outcome !== "pass" || !isWithin(load, row.load)) return false;
      const cores = coresOf(measured, id);
      return measured.provisioners === size.provisioners && cores !== undefined && cores <= planned;
    })
    .toSorted((one, other) => other.date.localeCompare(one.date))
    .at(0);
  return found === undefined ? undefined : { kind: "measured", date: found.date, runId: found.runId };
}

/** Returns the rows that failed under at most this load, although no part had fewer cores than the deployment has. */
export function doubtsOf(
  { name, sizes }: Architecture,
  size: Size,
  load: Load,
  rows: readonly MeasuredRow[],
): readonly Pick<MeasuredRow, "runId" | "date" | "architecture" | "size">[] {
  return rows
    .filter((row) => {
      const measured = row.architecture === name && row.isAsListed ? sizes[row.size] : undefined;
      if (measured === undefined || row.outcome !== "slo-failed" || !isWithin(row.load, load)) return false;
      return (["coder", "provisioners", "database"] as const).every(
        (id) => (coresOf(measured, id) ?? 0) >= (coresOf(size, id) ?? Infinity),
      );
    })
    .map(({ runId, date, architecture, size: of }) => ({ runId, date, architecture, size: of }));
}
