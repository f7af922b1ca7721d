import type { Architecture, Size } from "../architecture.ts";
import { POSTGRES_IN_PODS } from "../artefacts/postgres-image.ts";
import type { Contradiction } from "../contradiction.ts";

/** The reserve of database connections: Coder recommends a fifth more than its replicas open. */
const CONNECTION_RESERVE = 1.2;

/** The format of the tiers of each kind. */
const TIERS = {
  "cloud-sql": { pattern: /^db-custom-/, example: "db-custom-2-7680" },
  "on-box": { pattern: /^db-custom-/, example: "db-custom-2-7680, with its cores and memory" },
  "in-cluster": { pattern: /^db-\d+m-/, example: "db-2000m-7680Mi, the request of its pod" },
  /** No stack makes it: the tier is what the row says about it. */
  external: { pattern: /^db/, example: "db-2000m-7680Mi, the resources of your Postgres" },
  rds: { pattern: /^db\./, example: "db.m6i.large" },
} as const;

/** Returns the first figure of the database that does not fit; undefined if all fit. */
export function findDatabaseProblem(
  { name, databases }: Architecture,
  { coder, database }: Size,
): Contradiction | undefined {
  if (!databases.includes(database.kind)) {
    return { path: "database.kind", value: database.kind, expected: `${databases.join(" or ")} on ${name}` };
  }
  const { pattern, example } = TIERS[database.kind];
  if (!pattern.test(database.tier)) {
    return {
      path: "database.tier",
      value: database.tier,
      expected: `a tier of ${database.kind} such as ${example}`,
    };
  }
  if (database.kind === "in-cluster" && !POSTGRES_IN_PODS.includes(database.version)) {
    return {
      path: "database.version",
      value: database.version,
      expected: `one of ${POSTGRES_IN_PODS.join(", ")}, whose images are pinned`,
    };
  }
  const shape = database.kind === "cloud-sql" ? findShapeProblem(database.tier) : undefined;
  if (shape !== undefined) return { path: "database.tier", value: database.tier, expected: shape };
  const needed = Math.ceil(coder.replicas * coder.databaseConnections * CONNECTION_RESERVE);
  if (database.maxConnections >= needed) return undefined;
  return {
    path: "database.maxConnections",
    value: database.maxConnections,
    expected: `at least ${needed} = coder.replicas ${coder.replicas} × coder.databaseConnections ${coder.databaseConnections}, and a fifth more`,
  };
}

/**
 * Returns Google's rule that a custom machine of Cloud SQL's Enterprise edition breaks; undefined for a valid one.
 * Google would refuse it only after the network was created (cloud.google.com/sql/docs/postgres/create-instance,
 * "Custom instance configurations").
 */
function findShapeProblem(tier: string): string | undefined {
  const [, cores = "", memory = ""] = /^db-custom-(\d+)-(\d+)$/.exec(tier) ?? [];
  const [vcpus, mebibytes] = [Number(cores), Number(memory)];
  if (!(vcpus === 1 || (vcpus % 2 === 0 && vcpus >= 2 && vcpus <= 96)))
    return "db-custom-<vCPUs>-<MiB> with 1 vCPU, or an even number of them up to 96";
  // GB for each vCPU, in whole steps of 256 MiB.
  const least = Math.max(3_840, Math.ceil((vcpus * 0.9 * 1_024) / 256) * 256);
  const most = Math.floor((vcpus * 6.5 * 1_024) / 256) * 256;
  if (mebibytes % 256 === 0 && mebibytes >= least && mebibytes <= most) return undefined;
  return `a memory from ${least} to ${most} MiB in steps of 256 for ${vcpus} vCPUs`;
}
