import type { SeriesName } from "../../model/observation/series.ts";
import type { Moment, ObservedLoad } from "../limits/observed-load.ts";

/** The sum of a series over all its things of some roles; undefined unless every one is known at that moment. */
export function total(
  load: ObservedLoad,
  name: SeriesName,
  moment: Moment,
  isWanted: (of: string) => boolean = () => true,
): number | undefined {
  const things = load.things(name).filter(isWanted);
  const values = things.map((of) => load.value(name, of, moment));
  if (things.length === 0 || values.includes(undefined)) return undefined;
  return values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
}

/**
 * CPU of coderd with Terraform: of the containers of coderd and external provisioners, which hold both; else of
 * coderd's processes and Terraform's.
 */
export function coderCores(load: ObservedLoad, moment: Moment): number | undefined {
  const containers = total(load, "container.cpu", moment, (of) => /^(coderd|provisioner)\//.test(of));
  if (containers !== undefined) return containers;
  const coderd = total(load, "coderd.cpu", moment);
  const terraform = total(load, "terraform.cpu", moment);
  return coderd === undefined || terraform === undefined ? undefined : coderd + terraform;
}

/** CPU of the database from its own figure, else of its containers. */
export function databaseCores(load: ObservedLoad, moment: Moment): number | undefined {
  return (
    total(load, "database.cpu", moment) ??
    total(load, "container.cpu", moment, (of) => of.startsWith("database/"))
  );
}
