import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { promisify } from "node:util";
import { messageOf, RefbenchError } from "../../../model/error.ts";
import type { PostgresSource } from "../config.ts";
import { freePort } from "../free-port.ts";
import { findSetpriv, startProgram } from "../process-group.ts";

type Programs = Extract<PostgresSource, { initdb: string }>;

export interface PostgresOptions {
  readonly programs: Programs;
  /** Where it keeps its data and its log. */
  readonly folder: string;
  readonly host: string;
  readonly maxConnections: number;
}

/** A database of its own that ends with this process. */
export interface Postgres {
  readonly url: string;
  readonly pid: number;
  /** Resolves when it ended, with how. */
  readonly ended: Promise<string>;
  stop(): Promise<void>;
}

/** Postgres refuses to run as root; this user exists wherever there is a root, and owns nothing. */
const NOBODY = { uid: 65_534, gid: 65_534 };
const PORT = 5432;
const READY_MS = 30_000;
const STOP_MS = 5_000;

/** Makes a database cluster and starts it on `host`; its data does not survive, hence is never synced. */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const user = process.getuid?.() === 0 ? NOBODY : undefined;
  const folder = makeFolder(options.folder, user);
  try {
    const programs = await usable(options.programs, folder, user);
    const password = randomBytes(18).toString("base64url");
    await makeCluster(programs, { folder, password, user });
    const port = await freePort(options.host, PORT);
    const running = startProgram({
      file: programs.postgres,
      args: [
        ...["-D", dataOf(folder), "-k", folder, "-h", options.host, "-p", String(port)],
        ...["-N", String(options.maxConnections), "-c", "fsync=off", "-c", "full_page_writes=off"],
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
      pid: running.identity.pid,
      ended: running.ended,
      stop,
    };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

type User = typeof NOBODY | undefined;

function dataOf(folder: string): string {
  return join(folder, "data");
}

/** Beside the deployment's other files, or where `nobody` may go. */
function makeFolder(beside: string, user: User): string {
  mkdirSync(beside, { recursive: true });
  if (user === undefined || isSearchable(beside)) {
    const folder = join(beside, "postgres");
    // Of a process that was killed before it could remove it.
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { mode: 0o700 });
    if (user !== undefined) chownSync(folder, user.uid, user.gid);
    return folder;
  }
  const folder = mkdtempSync(join(tmpdir(), "refbench-postgres-"));
  chownSync(folder, user.uid, user.gid);
  return folder;
}

/** Whether somebody else may reach what lies in the folder. */
function isSearchable(folder: string): boolean {
  for (let at = folder; ; at = dirname(at)) {
    if ((statSync(at).mode & 0o001) === 0) return false;
    if (dirname(at) === at) return true;
  }
}

/** A packaged Postgres lacks the links to its libraries when its install script was not run, and may lie below a closed folder. */
async function usable(programs: Programs, folder: string, user: User): Promise<Programs> {
  const { packaged } = programs;
  if (packaged === undefined) return programs;
  const mayGo = user === undefined || isSearchable(dirname(programs.postgres));
  const native = mayGo && hasLinks(packaged) ? packaged : join(folder, "native");
  if (native !== packaged) {
    cpSync(packaged, native, { recursive: true, verbatimSymlinks: true });
    makeLinks(native);
    if (user !== undefined) await chownAll(native, user);
  }
  return { initdb: join(native, "bin/initdb"), postgres: join(native, "bin/postgres") };
}

interface Link {
  readonly source: string;
  readonly target: string;
}

/** Paths relative to the package, each beginning with `native/`. */
function linksOf(native: string): readonly Link[] {
  const file = join(native, "pg-symlinks.json");
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Link[]) : [];
}

function hasLinks(native: string): boolean {
  return linksOf(native).every(({ target }) => existsSync(join(dirname(native), target)));
}

function makeLinks(native: string): void {
  for (const { source, target } of linksOf(native)) {
    const link = join(dirname(native), target);
    if (!existsSync(link)) symlinkSync(relative(dirname(target), source), link);
  }
}

async function chownAll(folder: string, { uid, gid }: NonNullable<User>): Promise<void> {
  await promisify(execFile)("chown", ["-R", `${uid}:${gid}`, folder]);
}

async function makeCluster(
  { initdb }: Programs,
  { folder, password, user }: { readonly folder: string; readonly password: string; readonly user: User },
): Promise<void> {
  const passwordFile = join(folder, "password");
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (user !== undefined) chownSync(passwordFile, user.uid, user.gid);
  const setpriv = user === undefined ? undefined : findSetpriv();
  const args = ["-D", dataOf(folder), "-U", "coder", "-A", "scram-sha-256", "--pwfile", passwordFile];
  const options = { cwd: folder, env: { PATH: process.env["PATH"] ?? "", LC_ALL: "C" } };
  try {
    await promisify(execFile)(initdb, [...args, "--no-sync", "-E", "UTF8"], { ...options, ...(user ?? {}) });
  } catch (cause) {
    throw new RefbenchError(
      "infrastructure",
      `${initdb} made no database: ${messageOf(cause)}${setpriv ?? ""}`,
      { cause },
    );
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

async function awaitListening(
  ended: Promise<string>,
  { host, port, log }: { readonly host: string; readonly port: number; readonly log: string },
): Promise<void> {
  const deadline = Date.now() + READY_MS;
  let end: string | undefined;
  void ended.then((how) => (end = how));
  while (!(await answers(host, port))) {
    if (end !== undefined || Date.now() > deadline) {
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
