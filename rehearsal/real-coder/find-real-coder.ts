import { execFile } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";
import { messageOf, RefbenchError } from "../../harness/tools/error.ts";
import type { RealCoder } from "./config.ts";
import { type AgentLoad, refuseTooLarge } from "./memory-bound.ts";
import { findPostgres } from "./postgres/find-postgres.ts";
import { parseJson } from "../../harness/tools/parse-json.ts";

/** Names an empty Postgres database; it holds a password, so no flag takes it. */
export const POSTGRES_URL_VARIABLE = "REFBENCH_POSTGRES_URL";

/** A real Coder as a run remembers it: without the database, whose URL is a secret. */
export type KnownCoder = Omit<RealCoder, "postgres">;

export interface RealCoderAsked {
  /** As the user named it. */
  readonly binary: string;
  /** Folder of a Terraform filesystem mirror with `coder/coder`, as the user named it. */
  readonly providerMirror?: string | undefined;
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly load: AgentLoad;
}

/**
 * Finds all that a rehearsal on a real server needs of this machine, or reports what is missing. Nothing is created.
 */
export async function findRealCoder(asked: RealCoderAsked): Promise<KnownCoder> {
  const { cwd, env, providerMirror } = asked;
  const binary = resolve(cwd, asked.binary);
  await refuseNoServer(binary, asked.binary, env);
  const mirror = providerMirror === undefined ? undefined : checkedMirror(resolve(cwd, providerMirror));
  postgresOf(env);
  refuseTooLarge(asked.load);
  const terraformCliConfig = env["TF_CLI_CONFIG_FILE"];
  return {
    binary,
    ...(mirror === undefined ? {} : { providerMirror: mirror }),
    ...(terraformCliConfig === undefined || mirror !== undefined
      ? {}
      : { terraformCliConfig: resolve(cwd, terraformCliConfig) }),
  };
}

/**
 * Completes a run's record of its Coder. If Postgres has been removed since, a teardown works and a start reports why
 * it fails.
 */
export function withPostgres(known: KnownCoder, env: NodeJS.ProcessEnv): RealCoder {
  try {
    return { ...known, postgres: postgresOf(env) };
  } catch (error) {
    return { ...known, postgres: { missing: messageOf(error) } };
  }
}

function postgresOf(env: NodeJS.ProcessEnv): RealCoder["postgres"] {
  return findPostgres({ env, url: env[POSTGRES_URL_VARIABLE] });
}

const version = z.object({ version: z.string(), slim: z.boolean().default(false) });

async function refuseNoServer(binary: string, named: string, env: NodeJS.ProcessEnv): Promise<void> {
  const refuse = (why: string, cause?: unknown): RefbenchError =>
    new RefbenchError(
      "usage",
      `--coder-server is "${named}", ${why}: expected the "coder" program of a release, such as /usr/local/bin/coder`,
      { cause },
    );
  try {
    accessSync(binary, constants.X_OK);
  } catch (cause) {
    throw refuse(existsSync(binary) ? "which cannot be executed" : "which does not exist", cause);
  }
  let said: z.infer<typeof version>;
  try {
    const options = { env: { PATH: env["PATH"] ?? "", HOME: "/nonexistent" }, timeout: 30_000 };
    const { stdout } = await promisify(execFile)(binary, ["version", "--output", "json"], options);
    said = version.parse(parseJson(stdout));
  } catch (cause) {
    throw refuse(
      `which does not tell its version as Coder does (${messageOf(cause).split("\n", 1)[0] ?? ""})`,
      cause,
    );
  }
  if (said.slim) throw refuse(`a build of ${said.version} without the server`);
}

function checkedMirror(folder: string): string {
  if (existsSync(join(folder, "registry.terraform.io/coder/coder"))) return folder;
  throw new RefbenchError(
    "usage",
    `--coder-provider-mirror is "${folder}", which has no registry.terraform.io/coder/coder: make it with "terraform providers mirror"`,
  );
}
