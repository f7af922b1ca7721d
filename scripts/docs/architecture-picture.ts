import type { Architecture, Size } from "../../reference-architectures/architecture.ts";
import { escapeXml } from "./screen.ts";

const [WIDTH, BOX_WIDTH, LINE, PADDING] = [820, 245, 20, 14];

interface Box {
  readonly x: number;
  readonly y: number;
  readonly title: string;
  readonly lines: readonly string[];
}

/** One architecture in one size as SVG: its machines, and who calls whom. */
export function architecturePicture(
  { name, label, cloud, sizes, carriedBy }: Architecture,
  sizeName: string,
): string {
  const size = sizes[sizeName];
  if (size === undefined) throw new Error(`${name} has no size ${sizeName}`);
  const boxes: readonly Box[] = [
    { x: 20, y: 60, title: "Load runner", lines: [size.machines.runner.machineType, ...loadOf(size)] },
    { x: 288, y: 60, title: `Coder ${size.coder.version}`, lines: coderOf(size) },
    { x: 556, y: 60, title: "Postgres", lines: databaseOf(size) },
    { x: 288, y: 230, title: "Workspaces", lines: workspacesOf(size, carriedBy) },
  ];
  const title = `${label}, size ${sizeName}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} 380" width="${WIDTH}" height="380" role="img" aria-label="${escapeXml(title)}">`,
    '<defs><marker id="tip" markerWidth="8" markerHeight="8" refX="7" refY="4" orient="auto"><path d="M0 0 8 4 0 8z" fill="#57606a"/></marker></defs>',
    '<g font-family="system-ui, sans-serif" font-size="14" fill="#1f2328">',
    `<rect x="1" y="1" width="${WIDTH - 2}" height="378" rx="8" fill="#f6f8fa" stroke="#d0d7de"/>`,
    text(
      20,
      32,
      `${title}: one network in ${cloud === "google" ? "Google Cloud" : "AWS"}; Coder has no address outside of it`,
      true,
    ),
    ...boxes.map(boxOf),
    ...["M265 110H286", "M533 110H554", "M410 190V228"].map(
      (path) => `<path d="${path}" stroke="#57606a" fill="none" marker-end="url(#tip)"/>`,
    ),
    "</g>",
    "</svg>",
    "",
  ].join("\n");
}

function loadOf({ users, workspaces, connections }: Size): readonly string[] {
  return [
    `${count(users)} users`,
    `${count(workspaces)} workspaces`,
    `${count(connections.total)} connections`,
  ];
}

function coderOf({ coder, machines }: Size): readonly string[] {
  return [
    machinesOf(machines.coder),
    plural(coder.replicas, "replica"),
    `${plural(coder.daemonsPerReplica, "provisioner daemon")} each`,
  ];
}

function databaseOf({ database }: Size): readonly string[] {
  const version = database.version.replace("POSTGRES_", "version ");
  if (database.kind === "on-box") return ["on Coder's machine", version];
  return [database.kind === "rds" ? "Amazon RDS" : "Cloud SQL", database.tier, version];
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
  }[carriedBy];
  return [where, homeVolumeGib === 0 ? "no home disk" : `${homeVolumeGib} GiB home disk each`];
}

function boxOf({ x, y, title, lines }: Box): string {
  return [
    `<rect x="${x}" y="${y}" width="${BOX_WIDTH}" height="130" rx="6" fill="#ffffff" stroke="#57606a"/>`,
    text(x + PADDING, y + 28, title, true),
    ...lines.map((line, index) => text(x + PADDING, y + 28 + LINE * (index + 1), line)),
  ].join("\n");
}

function text(x: number, y: number, words: string, isBold = false): string {
  return `<text x="${x}" y="${y}"${isBold ? ' font-weight="600"' : ""}>${escapeXml(words)}</text>`;
}

function machinesOf({ nodes, machineType }: Size["machines"]["coder"]): string {
  return `${count(nodes)} × ${machineType}`;
}

function plural(many: number, noun: string): string {
  return `${count(many)} ${noun}${many === 1 ? "" : "s"}`;
}

function count(value: number): string {
  return value.toLocaleString("en-US");
}
