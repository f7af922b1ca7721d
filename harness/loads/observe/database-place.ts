import { constants } from "node:fs";
import { open, readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { ObservedPlace } from "../../model/observation/observe-task.ts";
import { parsePostgresUrl } from "../../observation/postgres/url.ts";
import { messageOf, RefbenchError } from "../../tools/error.ts";

const FLAG = "--postgres-url-file";
/** A URL has a few hundred characters. */
const MOST_BYTES = 16 * 2 ** 10;

/**
 * The database whose URL is in a file, as `--postgres-url-file` names it. A certificate that the URL's `sslrootcert`
 * names is read here, relative to the file, because the load may run elsewhere. Throws `usage`; no message repeats
 * the URL.
 */
export async function readDatabasePlace(
  file: string,
  cwd: string,
): Promise<Extract<ObservedPlace, { kind: "postgres" }>> {
  if (/^postgres(ql)?:/i.test(file))
    throw new RefbenchError(
      "usage",
      `${FLAG} is a URL, expected a file: every user of this machine can read arguments, so write the URL into a file of mode 600`,
    );
  const path = resolve(cwd, file);
  const url = (await readPrivate(path, file)).trim();
  parsePostgresUrl(url);
  const certificate = new URL(url).searchParams.get("sslrootcert");
  if (certificate === null || certificate === "system") return { kind: "postgres", of: "database", url };
  const caPem = await readFile(resolve(dirname(path), certificate), "utf8").catch((cause: unknown) => {
    throw new RefbenchError("usage", `the sslrootcert in ${file} cannot be read: ${messageOf(cause)}`, {
      cause,
    });
  });
  return { kind: "postgres", of: "database", url, caPem };
}

/** The text of a file that only its owner may read. */
async function readPrivate(path: string, file: string): Promise<string> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((cause: unknown) => {
    throw new RefbenchError("usage", `${FLAG} is ${file}: ${messageOf(cause)}`, { cause });
  });
  try {
    const found = await handle.stat();
    if (!found.isFile() || found.size > MOST_BYTES)
      throw new RefbenchError(
        "usage",
        `${FLAG} is ${file}, expected a file of one line with a postgres:// URL`,
      );
    if (process.getuid !== undefined && (found.mode & 0o077) !== 0)
      throw new RefbenchError(
        "usage",
        `${FLAG} is ${file}, which others may read (mode ${(found.mode & 0o777).toString(8)}): run "chmod 600 ${file}"`,
      );
    return await handle.readFile("utf8");
  } finally {
    await handle.close();
  }
}
