import type { Architecture, Size } from "../../reference-architectures/architecture.ts";
import { countOf, formatCount } from "../../harness/tools/count-text.ts";
import { arrow, type Box, boxOf, drawing, textLine } from "./drawing.ts";

const [BOX_WIDTH, BOX_HEIGHT] = [245, 130];

/** One architecture in one size as SVG: its machines, and who calls whom. */
export function architecturePicture(
  { name, label, cloud, sizes, carriedBy }: Architecture,
  sizeName: string,
): string {
  const size = sizes[sizeName];
  if (size === undefined) throw new Error(`${name} has no size ${sizeName}`);
  const boxes = [
    { x: 20, y: 60, title: "Load runner", lines: [size.machines.runner.machineType, ...loadOf(size)] },
    { x: 288, y: 60, title: `Coder ${size.coder.version}`, lines: coderOf(size) },
    { x: 556, y: 60, title: "Postgres", lines: databaseOf(size) },
    { x: 288, y: 230, title: "Workspaces", lines: workspacesOf(size, carriedBy) },
  ].map((box): Box => ({ ...box, width: BOX_WIDTH, height: BOX_HEIGHT }));
  const title = `${label}, size ${sizeName}`;
  const place = { google: "Google Cloud", aws: "AWS", kubernetes: "your own cluster" }[cloud];
  return drawing({ width: 820, height: 380, title }, [
    textLine(20, 32, `${title}: one network in ${place}; Coder has no address outside of it`, true),
    ...boxes.map(boxOf),
    ...["M265 110H286", "M533 110H554", "M410 190V228"].map(arrow),
  ]);
}

function loadOf({ users, workspaces, connections }: Size): readonly string[] {
  return [countOf(users, "user"), countOf(workspaces, "workspace"), countOf(connections.total, "connection")];
}

function coderOf({ coder, machines, provisioners, externalProvisioners }: Size): readonly string[] {
  return [
    machinesOf(machines.coder),
    countOf(coder.replicas, "replica"),
    provisioners === "external"
      ? `${countOf(externalProvisioners.count, "external provisioner")} beside`
      : `${countOf(coder.daemonsPerReplica, "provisioner daemon")} each`,
  ];
}

function databaseOf({ database }: Size): readonly string[] {
  const version = database.version.replace("POSTGRES_", "version ");
  if (database.kind === "on-box") return ["on Coder's machine", version];
  const where = {
    "cloud-sql": "Cloud SQL",
    rds: "Amazon RDS",
    "in-cluster": "StatefulSet in the cluster",
    external: "your own",
  }[database.kind];
  return [where, database.tier, version];
}

function workspacesOf(
  { machines, homeVolumeGib }: Size,
  carriedBy: Architecture["carriedBy"],
): readonly string[] {
  const where = {
    "one-machine": "containers on Coder's machine",
    "machine-each": `a machine each, ${machines.workspaces.machineType}`,
    gke: `pods on ${machinesOf(machines.workspaces)}`,
    eks: `pods on ${machinesOf(machines.workspaces)}`,
    "own-cluster": "pods on the cluster's nodes",
  }[carriedBy];
  return [where, homeVolumeGib === 0 ? "no home disk" : `${homeVolumeGib} GiB home disk each`];
}

function machinesOf({ nodes, machineType }: Size["machines"]["coder"]): string {
  return `${formatCount(nodes)} × ${machineType}`;
}
