import { chownSync, mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** The user that Postgres runs as, when that is not this process's own user. */
export interface SystemUser {
  readonly uid: number;
  readonly gid: number;
}

/** Postgres refuses to run as root; `nobody` exists wherever there is a root, and owns nothing. */
export function postgresUser(): SystemUser | undefined {
  return process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : undefined;
}

/**
 * Makes an empty folder that the user owns: beside the deployment's other files, or in a folder that the user may
 * enter.
 */
export function makeFolder(beside: string, user: SystemUser | undefined): string {
  mkdirSync(beside, { recursive: true });
  if (user === undefined || isSearchable(beside)) {
    const folder = join(beside, "postgres");
    // A process that was killed could not remove its folder.
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { mode: 0o700 });
    if (user !== undefined) chownSync(folder, user.uid, user.gid);
    return folder;
  }
  const folder = mkdtempSync(join(tmpdir(), "refbench-postgres-"));
  chownSync(folder, user.uid, user.gid);
  return folder;
}

/** Returns whether other users may reach the folder's contents. */
export function isSearchable(folder: string): boolean {
  for (let at = folder; ; at = dirname(at)) {
    if ((statSync(at).mode & 0o001) === 0) return false;
    if (dirname(at) === at) return true;
  }
}
