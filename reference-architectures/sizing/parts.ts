import type { Architecture, Size } from "../architecture.ts";
import { PROVISIONERS_PER_MACHINE } from "../artefacts/provisioner-machine.ts";
import { workspaceLimits } from "../capacity/cluster.ts";
import { EKS, GKE } from "../capacity/clusters.ts";
import { machineOf, OWN_NODE } from "../machine-types.ts";
import type { Basis } from "./basis.ts";
import { MOST_PULLS, OWN_DISKS_A_NODE, systemNodes, tierResources } from "./compute-size.ts";
import type { LoadFigure } from "./load.ts";
import type { Need } from "./need.ts";
import { countWords, formatNumber } from "./number-words.ts";
import { VALIDATED_PAGE } from "./published.ts";

/** One part of a deployment: its processes, and the machines under them. */
export interface SizedPart {
  readonly id: "coder" | "provisioners" | "database" | "workspaces" | "system";
  readonly what: string;
  /** How many processes, or one database. */
  readonly count: number;
  /** vCPU and GiB of each. */
  readonly cores: number;
  readonly memoryGib: number;
  /** Absent for databases, for parts on machines of another part, and in a cluster of the user's own. */
  readonly machines?: {
    readonly type: string;
    readonly count: number;
    readonly cores: number;
    readonly memoryGib: number;
  };
  /** The tier of a database. */
  readonly tier?: string;
  /** One line for each figure: how it follows from the load. */
  readonly arithmetic: readonly string[];
  readonly restsOn: Basis;
  /** The figure of the load that decides. */
  readonly drivenBy: LoadFigure;
}

/** Returns the parts of a computed deployment, each with its arithmetic. */
export function partsOf(architecture: Architecture, size: Size, need: Need): readonly SizedPart[] {
  return [
    coderPart(size, need),
    provisionerPart(size, need),
    databasePart(size, need),
    workspacePart(architecture, size),
    ...systemPart(size, need),
  ];
}

function coderPart(size: Size, { coder, provisioners }: Need): SizedPart {
  const isBuiltin = provisioners.placed === "builtin";
  return {
    id: "coder",
    what: isBuiltin ? "coderd with its provisioners" : "coderd",
    count: size.coder.replicas,
    cores: size.coder.cpuMillis / 1_000,
    memoryGib: size.coder.memoryGib,
    ...machinesOf(size.machines.coder),
    arithmetic: [
      ...coder.arithmetic,
      ...(isBuiltin
        ? [
            `${formatNumber(size.coder.cpuMillis / 1_000)} vCPU = ${coder.cores} of coderd + ${provisioners.count} of its builds`,
            `${size.coder.memoryGib} GiB = ${coder.memoryGib} of coderd + ${provisioners.count} of its builds`,
          ]
        : []),
      ...(size.machines.coder.machineType === OWN_NODE ? [] : ["a node for each replica"]),
    ],
    restsOn: coder.restsOn,
    drivenBy: coder.drivenBy,
  };
}

function provisionerPart(size: Size, { provisioners }: Need): SizedPart {
  const { placed, count, cores, memoryGib, arithmetic, restsOn, drivenBy } = provisioners;
  const { nodes } = size.machines.provisioners;
  const place =
    placed === "builtin"
      ? "built into coderd, as the table begins at 1,000 users"
      : nodes === 0
        ? "on nodes without coderd"
        : `${countWords(nodes, "node")} = ceil(${countWords(count, "provisioner")} / ${PROVISIONERS_PER_MACHINE} a node), never coderd's`;
  return {
    id: "provisioners",
    what: placed === "builtin" ? "provisioners (built in)" : "provisioners (external)",
    count,
    cores,
    memoryGib,
    ...machinesOf(size.machines.provisioners),
    arithmetic: [...arithmetic, place],
    restsOn,
    drivenBy,
  };
}

function databasePart({ database }: Size, need: Need): SizedPart {
  const { cores, memoryGib, arithmetic, restsOn, drivenBy } = need.database;
  const has = tierResources(database.tier) ?? { cores, memoryGib };
  const larger =
    database.kind === "rds"
      ? [`${database.tier} is the smallest m6i tier with ${cores} vCPU and ${formatNumber(memoryGib)} GiB`]
      : [];
  return {
    id: "database",
    what: "Postgres",
    count: 1,
    cores: has.cores,
    memoryGib: has.memoryGib,
    tier: database.tier,
    arithmetic: [...arithmetic, ...larger],
    restsOn,
    drivenBy,
  };
}

function workspacePart({ carriedBy }: Architecture, size: Size): SizedPart {
  const { workspaces, workspacePod, machines, homeVolumeGib } = size;
  const { nodes } = machines.workspaces;
  const pods = countWords(workspaces, "workspace");
  const requests = `the pods of ${pods} request ${formatNumber((workspaces * workspacePod.cpuMillis) / 1_000)} vCPU and ${formatNumber((workspaces * workspacePod.memoryMib) / 1_024)} GiB`;
  const shared = {
    id: "workspaces" as const,
    what: "workspaces",
    count: workspaces,
    cores: workspacePod.cpuMillis / 1_000,
    memoryGib: workspacePod.memoryMib / 1_024,
    ...machinesOf(machines.workspaces),
    drivenBy: "workspaces" as const,
  };
  if (carriedBy !== "gke" && carriedBy !== "eks")
    return {
      ...shared,
      arithmetic: [
        requests,
        `${countWords(nodes, "node")} at least = ceil(${pods} / ${OWN_DISKS_A_NODE} disks a node)`,
      ],
      restsOn: { kind: "assumed", why: "your nodes are not known: as many disks on each as on GKE" },
    };
  const limits: Readonly<Record<string, number>> = {
    ...workspaceLimits(carriedBy === "gke" ? GKE : EKS, size),
  };
  const least = Math.min(...Object.values(limits));
  const words = Object.entries(limits).map(([limit, count]) => `${limit} ${count}`);
  const unit = Object.entries(limits).find(([, count]) => count === least)?.[0] ?? "";
  return {
    ...shared,
    arithmetic: [
      `${countWords(nodes, "node")} = ceil(${pods} / ${least} a node)`,
      `each ${machines.workspaces.machineType} has room by ${words.join(", ")}; ${unit} decide`,
      ...(homeVolumeGib === 0
        ? [`no home disks: with them more than ${MOST_PULLS} nodes would pull the image from Docker Hub`]
        : []),
    ],
    restsOn: {
      kind: "published",
      source: `${VALIDATED_PAGE.name}: 0.1 vCPU and 128 MB for each agent; the cloud's limits of a node`,
      date: VALIDATED_PAGE.date,
    },
  };
}

function systemPart({ machines: { system } }: Size, { position }: Need): readonly SizedPart[] {
  if (system.machineType === OWN_NODE) return [];
  const { cores, memoryGib } = machineOf(system.machineType);
  return [
    {
      id: "system",
      what: "Kubernetes' own pods",
      count: system.nodes,
      cores,
      memoryGib,
      ...machinesOf(system),
      arithmetic: [
        `${countWords(systemNodes(position.users), "node")}: 1 below 1,000 users, 2 up to 3,000, 3 above`,
      ],
      restsOn: { kind: "assumed", why: "as in the listed sizes" },
      drivenBy: position.decidedBy,
    },
  ];
}

function machinesOf({
  machineType,
  nodes,
}: {
  readonly machineType: string;
  readonly nodes: number;
}): Pick<SizedPart, "machines"> {
  if (machineType === OWN_NODE || nodes === 0) return {};
  const { cores, memoryGib } = machineOf(machineType);
  return { machines: { type: machineType, count: nodes, cores, memoryGib } };
}
