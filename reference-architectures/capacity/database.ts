import type { Architecture, Size } from "../architecture.ts";
import type { Contradiction } from "../contradictions.ts";

/** What the database keeps free for its own work: Coder's advice is a fifth more than its replicas open. */
const CONNECTION_RESERVE = 1.2;

/** How the tiers of each kind look. */
const TIERS = {
  "cloud-sql": { pattern: /^db-custom-/, example: "db-custom-2-7680" },
  "on-box": { pattern: /^db-custom-/, example: "db-custom-2-7680, which says cores and memory" },
  rds: { pattern: /^db\./, example: "db.m6i.large" },
} as const;

/** The first figure of the database that does not fit, if any. */
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
  const needed = Math.ceil(coder.replicas * coder.databaseConnections * CONNECTION_RESERVE);
  if (database.maxConnections >= needed) return undefined;
  return {
    path: "database.maxConnections",
    value: database.maxConnections,
    expected: `at least ${needed} = coder.replicas ${coder.replicas} × coder.databaseConnections ${coder.databaseConnections}, and a fifth more`,
  };
}
