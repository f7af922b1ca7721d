import { environmentSchema } from "../../../stacks/environment.ts";
import { CANDIDATE_DATABASE_NAME, DATABASE_NAME, DATABASE_USER } from "../../../stacks/database-names.ts";
import { ownNamespaces } from "../../../stacks/kubernetes/names.ts";
import type { ObservedPlace } from "../../model/observation/observe-task.ts";
import type { Unseen } from "../../model/observation/observation.ts";
import type { Observer } from "../../model/ports/observer.ts";
import type { Plan } from "../../pipeline/folder/plan.ts";
import type { RunFolder } from "../../pipeline/folder/run-folder.ts";
import { findSecrets, type Secrets } from "../../pipeline/folder/secrets.ts";
import { provisionResult } from "../../pipeline/stages/provision.ts";
import { readJson } from "../../tools/files/json-file.ts";

/** Ports on Coder's machine: see stacks/google/firewall.ts. */
const CODERD_METRICS_PORT = 2112;
const NODE_METRICS_PORT = 9100;
const POSTGRES_PORT = 5432;
/** Only figures leave Coder's machine. */
const UNREACHED_OF_MACHINE: readonly Unseen[] = [
  { what: "logs of coderd", why: "the journal of Coder's machine is not read by a load" },
  { what: "profiles of coderd", why: "the firewall of Coder's machine does not open the port of pprof" },
];
/** The role that the start-up of Coder's machine makes; it reads statistics only. */
const MACHINE_ROLE = "refbench";

/** What the workers of a real run reach in its network: Coder's machine, and the database. */
export function madePlaces(folder: RunFolder, plan: Plan): Required<Pick<Observer, "places">> {
  return {
    places: async () => {
      const { outputs, place } = await readJson(folder.result("provision"), provisionResult);
      const machine = outputs.coder_machine;
      const database = await findDatabase(folder, plan, place?.database_address);
      return {
        places: [
          ...(machine === undefined ? [] : placesOfMachine(machine, new URL(outputs.coder_url).hostname)),
          ...("missing" in database ? [] : [database]),
        ],
        unseen: [
          ...("missing" in database ? [database.missing] : []),
          ...(machine === undefined ? [] : UNREACHED_OF_MACHINE),
        ],
      };
    },
  };
}

function placesOfMachine(machine: string, host: string): readonly ObservedPlace[] {
  const metrics = (of: string, role: "coderd" | "node", port: number): ObservedPlace => ({
    ...{ kind: "metrics", of, role },
    url: `http://${host}:${port}/metrics`,
  });
  return [metrics("coderd", "coderd", CODERD_METRICS_PORT), metrics(machine, "node", NODE_METRICS_PORT)];
}

/**
 * The database with the role that reads its statistics. Terraform makes roles of a managed Postgres without SQL, so
 * there Coder's own role is used, in a session that only reads: all sessions that matter are that role's.
 */
async function findDatabase(
  folder: RunFolder,
  { runId, size }: Plan,
  address: string | undefined,
): Promise<Extract<ObservedPlace, { kind: "postgres" }> | { readonly missing: Unseen }> {
  const missing = (why: string) => ({ missing: { what: "database", why } });
  const secrets = await findSecrets(folder);
  if (secrets === undefined) return missing("the run's secrets are lost");
  const { comparison } = await readJson(folder.environment, environmentSchema);
  const name = comparison?.release === "candidate" ? CANDIDATE_DATABASE_NAME : DATABASE_NAME;
  const of = "database";
  const { kind } = size.database;
  switch (kind) {
    case "external":
      // A database of the user's own gets no extension.
      return secrets.databaseUrl === undefined
        ? missing("its URL is not among the run's secrets")
        : { kind: "postgres", of, url: secrets.databaseUrl };
    case "in-cluster": {
      const host = `postgres.${ownNamespaces({ runId }).coder}.svc.cluster.local`;
      return {
        ...{ kind: "postgres", of, addStatistics: true },
        url: urlOf(DATABASE_USER, secrets, host, `${name}?sslmode=disable`),
      };
    }
    case "on-box":
    case "cloud-sql":
    case "rds": {
      if (address === undefined) return missing("the stacks' outputs have no database_address");
      const user = kind === "on-box" ? MACHINE_ROLE : DATABASE_USER;
      return {
        // The start-up of a machine adds the extension itself: its role may not.
        ...{ kind: "postgres", of, addStatistics: kind !== "on-box" },
        url: urlOf(user, secrets, address, `${name}?sslmode=require`),
      };
    }
  }
}

function urlOf(user: string, { databasePassword }: Secrets, host: string, rest: string): string {
  return `postgres://${user}:${encodeURIComponent(databasePassword)}@${host}:${POSTGRES_PORT}/${rest}`;
}
