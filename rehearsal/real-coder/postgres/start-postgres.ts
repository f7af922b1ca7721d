import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chownSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createConnection } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { messageOf, RefbenchError } from "../../../harness/tools/error.ts";
import type { LocalProcess } from "../../../harness/tools/process/local-process.ts";
import { freePort } from "../free-port.ts";
import { startProgram } from "../process-group.ts";
import { type Programs, runnable } from "./packaged-programs.ts";
import { makeFolder, postgresUser, type SystemUser } from "./unprivileged-folder.ts";

export interface PostgresOptions {
  readonly programs: Programs;
  /** The folder for its data and its log. */
  readonly folder: string;
  readonly host: string;
  readonly maxConnections: number;
  /** More settings of the server, by name. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A separate database that ends with this process. */
export interface Postgres {
  readonly url: string;
  readonly identity: LocalProcess;
  /** Resolves when it ended, with how. */
  readonly ended: Promise<string>;
  stop(): Promise<void>;
}

const PORT = 5432;
const READY_MS = 30_000;
const STOP_MS = 5_000;

/** Makes a database cluster and starts it on `host`; its data does not survive, hence is never synced. */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const user = postgresUser();
  const folder = makeFolder(options.folder, user);
  try {
    const programs = await runnable(options.programs, folder, user);
    const password = randomBytes(18).toString("base64url");
    await makeCluster(programs, { folder, password, user });
    const port = await freePort(options.host, PORT);
    const running = startProgram({
      file: programs.postgres,
      args: [
        // No socket in a folder: its path may be longer than a socket's may.
        ...["-D", dataOf(folder), "-k", "", "-h", options.host, "-p", String(port)],
        ...["-N", String(options.maxConnections), "-c", "fsync=off", "-c", "full_page_writes=off"],
        ...Object.entries(options.settings ?? {}).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
      ],
      cwd: folder,
      env: { PATH: process.env["PATH"] ?? "", LC_ALL: "C", TZ: "UTC" },
      log: join(options.folder, "postgres.log"),
      // Fast shutdown: sessions are cut off.
      stopSignal: "SIGINT",
      deathSignal: "SIGINT",
      ...(user === undefined ? {} : { user }),
    });
    const stop = async (): Promise<void> => {
      await running.stop(STOP_MS);
      rmSync(folder, { recursive: true, force: true });
    };
    try {
      await awaitListening(running.ended, {
        host: options.host,
        port,
        log: join(options.folder, "postgres.log"),
      });
    } catch (error) {
      await stop();
      throw error;
    }
    return {
      url: `postgres://coder:${password}@${options.host}:${port}/postgres?sslmode=disable`,
      identity: running.identity,
      ended: running.ended,
      stop,
    };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

function dataOf(folder: string): string {
  return join(folder, "data");
}

async function makeCluster(
  { initdb }: Programs,
  {
    folder,
    password,
    user,
  }: { readonly folder: string; readonly password: string; readonly user: SystemUser | undefined },
): Promise<void> {
  const passwordFile = join(folder, "password");
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (user !== undefined) chownSync(passwordFile, user.uid, user.gid);
  const args = ["-D", dataOf(folder), "-U", "coder", "-A", "scram-sha-256", "--pwfile", passwordFile];
  const options = { cwd: folder, env: { PATH: process.env["PATH"] ?? "", LC_ALL: "C" } };
  try {
    await promisify(execFile)(initdb, [...args, "--no-sync", "-E", "UTF8"], { ...options, ...(user ?? {}) });
  } catch (cause) {
    throw new RefbenchError("infrastructure", `${initdb} made no database: ${messageOf(cause)}`, { cause });
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

async function awaitListening(
  ended: Promise<string>,
  { host, port, log }: { readonly host: string; readonly port: number; readonly log: string },
): Promise<void> {
  const deadline = performance.now() + READY_MS;
  let end: string | undefined;
  void ended.then((how) => (end = how));
  while (!(await answers(host, port))) {
    if (end !== undefined || performance.now() > deadline) {
      const what = end === undefined ? `did not answer within ${READY_MS} ms` : `ended (${end})`;
      throw new RefbenchError(
        "infrastructure",
        `Postgres ${what}; ${log} says: ${readFileSync(log, "utf8").slice(-1_000)}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host, port });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
