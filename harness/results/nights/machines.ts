import { architectures } from "../../../reference-architectures/catalogue.ts";
import { type MachineType, MACHINE_TYPES } from "../../../reference-architectures/machine-types.ts";
import type { RunRecord } from "../../model/record/record.ts";
import { countOf, formatCount } from "../../tools/count-text.ts";

/** Machines of one role, or the database. */
export interface MachineGroup {
  /** "Coder", "workspaces", "Kubernetes' own pods", "database". */
  readonly role: string;
  readonly count: number;
  readonly type: string;
  /** Of each; absent where the type is not in refbench's tables. */
  readonly cores?: number;
  readonly memoryGib?: number;
}

/**
 * Returns the machines of a run without those that generate load: from the priced items of its record, which are what
 * it created; without prices from the size in the catalogue, as it is today.
 */
export function machinesOf(record: RunRecord): readonly MachineGroup[] {
  const items = record.cost?.estimate.items ?? [];
  const priced = items.flatMap(({ what, quantity }) => groupOf(what, quantity) ?? []);
  const cores = items.find(({ what }) => what === "cores of Cloud SQL")?.quantity;
  const memoryGib = items.find(({ what }) => what === "GiB of Cloud SQL's memory")?.quantity;
  const found = [
    ...priced,
    ...(cores === undefined || memoryGib === undefined
      ? []
      : [{ role: DATABASE, count: 1, type: "Cloud SQL", cores, memoryGib }]),
  ];
  return (found.length > 0 ? found : ofCatalogue(record)).toSorted(
    (one, other) => placeOf(one.role) - placeOf(other.role),
  );
}

/** Formats a group: `4 × n2-standard-8 (8 vCPU, 32 GiB each)`. */
export function machineWords({ count, type, cores, memoryGib }: MachineGroup): string {
  const many = count === 1 ? type : `${formatCount(count)} × ${type}`;
  if (cores === undefined || memoryGib === undefined) return many;
  return `${many} (${formatCount(cores)} vCPU, ${formatCount(memoryGib)} GiB${count === 1 ? "" : " each"})`;
}

/** Formats the sum of all machines; undefined where one of them is not known. */
export function sumWords(groups: readonly MachineGroup[]): string | undefined {
  let [vcpu, gib] = [0, 0];
  for (const { count, cores, memoryGib } of groups) {
    if (cores === undefined || memoryGib === undefined) return undefined;
    vcpu += count * cores;
    gib += count * memoryGib;
  }
  return groups.length === 0 ? undefined : `${formatCount(vcpu)} vCPU, ${formatCount(gib)} GiB`;
}

const DATABASE = "database";
const ROLES = ["Coder", DATABASE, "workspaces", "Kubernetes' own pods"];

function placeOf(role: string): number {
  const at = ROLES.indexOf(role);
  return at === -1 ? ROLES.length : at;
}

/** Reads a line of a bill: `e2-standard-16 for workspaces`, `e2-small, a workspace each`, `db.m6i.large of RDS`. */
function groupOf(what: string, count: number): MachineGroup | undefined {
  const database = /^db\.(\S+) of RDS$/.exec(what)?.[1];
  if (database !== undefined)
    return { role: DATABASE, count, type: `db.${database} of RDS`, ...resourcesOf(database) };
  const [, type = "", role = "workspaces"] =
    /^(?:\d+ × )?(\S+?)(?: for (.+)|, a workspace each)$/.exec(what) ?? [];
  const resources = resourcesOf(type);
  if (resources === undefined || role.startsWith("the load")) return undefined;
  return { role, count, type, ...resources };
}

function resourcesOf(type: string): Pick<MachineType, "cores" | "memoryGib"> | undefined {
  const found = MACHINE_TYPES.google[type] ?? MACHINE_TYPES.aws[type];
  return found === undefined ? undefined : { cores: found.cores, memoryGib: found.memoryGib };
}

function ofCatalogue({ architecture, size, overrides, provenance }: RunRecord): readonly MachineGroup[] {
  const machines = architectures.get(architecture)?.sizes[size]?.machines;
  if (machines === undefined || Object.keys(overrides).length > 0) return [];
  const { nodes } = provenance.platform ?? {};
  return [
    { role: "Coder", ...machines.coder },
    { role: "workspaces", ...machines.workspaces },
    { role: "Kubernetes' own pods", ...machines.system },
  ]
    .filter((each) => each.nodes > 0)
    .map(({ role, nodes: count, machineType }) => {
      const resources = resourcesOf(machineType);
      // In a cluster of the user's own a role has any of its nodes.
      const type =
        resources === undefined ? `${countOf(count, "node")} of ${nodes ?? "the cluster"}` : machineType;
      return { role, count: resources === undefined ? 1 : count, type, ...resources };
    });
}
