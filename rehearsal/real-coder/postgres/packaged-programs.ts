import { execFile } from "node:child_process";
import { cpSync, existsSync, readFileSync, symlinkSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { promisify } from "node:util";
import type { PostgresSource } from "../config.ts";
import { isSearchable, type SystemUser } from "./unprivileged-folder.ts";
import { parseJson } from "../../../harness/tools/parse-json.ts";

/** Postgres' programs on this machine. */
export type Programs = Extract<PostgresSource, { initdb: string }>;

/**
 * The programs as they can be run. A packaged Postgres lacks the links to its libraries when its install script was
 * not run, and may lie below a closed folder: then a copy in `folder` is run.
 */
export async function runnable(
  programs: Programs,
  folder: string,
  user: SystemUser | undefined,
): Promise<Programs> {
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
  return existsSync(file) ? (parseJson(readFileSync(file, "utf8")) as Link[]) : [];
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

async function chownAll(folder: string, { uid, gid }: SystemUser): Promise<void> {
  await promisify(execFile)("chown", ["-R", `${uid}:${gid}`, folder]);
}
