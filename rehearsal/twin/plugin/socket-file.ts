import { randomBytes } from "node:crypto";
import { readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { privateFolder } from "../../../harness/tools/files/private-folder.ts";
import { processStart } from "../../../harness/tools/process/process-start.ts";

/** Longest path of a socket that every system accepts, in bytes: Linux 107, macOS 103. */
const LONGEST = 103;
const SHORT_PARENT = "/tmp";
const NAME = /^plugin-(\d+)-[0-9a-f]+\.sock$/;
/** A process that this one does not see, as in another container, has been connected to by then. */
const LEFT_AFTER_MS = 10 * 60_000;

/**
 * A new path for this process's socket: in the user's own folder of temporary files, since the twin's folder may be
 * as deep as it likes. Sockets that killed plugins left there are removed.
 */
export function newSocketFile(parent = tmpdir()): string {
  const name = `plugin-${process.pid}-${randomBytes(4).toString("hex")}.sock`;
  const isShort =
    Buffer.byteLength(join(parent, `refbench-${process.getuid?.() ?? "user"}`, name)) <= LONGEST;
  const folder = privateFolder(isShort ? parent : SHORT_PARENT);
  for (const file of readdirSync(folder))
    if (isLeft(folder, file)) rmSync(join(folder, file), { force: true });
  return join(folder, name);
}

function isLeft(folder: string, file: string): boolean {
  const pid = NAME.exec(file)?.[1];
  if (pid === undefined || processStart(Number(pid)) !== undefined) return false;
  const { mtimeMs } = statSync(join(folder, file), { throwIfNoEntry: false }) ?? { mtimeMs: Date.now() };
  return Date.now() - mtimeMs > LEFT_AFTER_MS;
}
