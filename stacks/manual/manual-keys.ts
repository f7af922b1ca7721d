import type { CoderCertificate } from "../coder-certificate.ts";
import type { Environment } from "../environment.ts";
import { EnvironmentError } from "../read-json.ts";
import { DATABASE_URL, hasOwnDatabase, TLS_KEY } from "../secrets.ts";
import { TWIN_PROJECT } from "../../reference-architectures/twin-project.ts";
import type { SshKey } from "../ssh-key.ts";

/** The name of the load runner's private key among the secrets, as in a run. */
const RUNNER_KEY = "runnerKey";

/** Creates the keys that the variables require. Returns the environment with the public keys, and the private keys. */
export async function newKeys(
  environment: Environment,
  env: NodeJS.ProcessEnv,
): Promise<{ readonly environment: Environment; readonly secrets: Readonly<Record<string, string>> }> {
  const runner = await newRunner(env);
  const certificate = await newCertificate(environment, env);
  return {
    environment: {
      ...environment,
      ...(runner === undefined ? {} : { runner: { publicKey: runner.publicKey } }),
      ...(certificate === undefined ? {} : { tls: certificate.tls }),
    },
    secrets: {
      ...(runner === undefined ? {} : { [RUNNER_KEY]: runner.privateKey }),
      ...(certificate === undefined ? {} : { [TLS_KEY]: certificate.key }),
      ...databaseUrl(environment, env),
    },
  };
}

/**
 * Creates the key of a load runner, unless this machine has a route to Coder. A drain and every load run on the load
 * runner.
 */
async function newRunner(env: NodeJS.ProcessEnv): Promise<SshKey | undefined> {
  const where = env["REFBENCH_RUNNER"] ?? "";
  if (where === "local") return undefined;
  if (where !== "" && where !== "network") {
    throw new EnvironmentError(`REFBENCH_RUNNER is ${where}, expected network or local`);
  }
  // Loaded on demand, once for each environment.
  const { newSshKey } = await import("../ssh-key.ts");
  return newSshKey();
}

/** Creates Coder's certificate when TLS is requested. */
async function newCertificate(
  environment: Environment,
  env: NodeJS.ProcessEnv,
): Promise<CoderCertificate | undefined> {
  const tls = env["REFBENCH_TLS"] ?? "";
  if (tls === "" || tls === "off") return undefined;
  if (tls !== "self-signed") {
    throw new EnvironmentError(`REFBENCH_TLS is ${tls}, expected off or self-signed`);
  }
  const { newCoderCertificate } = await import("../coder-certificate.ts");
  return newCoderCertificate(environment);
}

/** Reads the URL of a Postgres of the user's own. Nobody connects to the twin's. */
function databaseUrl(environment: Environment, env: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  if (!hasOwnDatabase(environment)) return {};
  const given = env["REFBENCH_DATABASE_URL"] ?? "";
  if (environment.project === TWIN_PROJECT) return { [DATABASE_URL]: "postgres://coder@localhost/coder" };
  if (/^postgres(ql)?:\/\/\S+$/.test(given)) return { [DATABASE_URL]: given };
  throw new EnvironmentError(
    "REFBENCH_DATABASE_URL must be the URL of your own Postgres, such as postgres://user:password@host:5432/coder; it is not shown here",
  );
}
