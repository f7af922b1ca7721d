import { randomBytes } from "node:crypto";
import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { z } from "zod";
import { messageOf, RefbenchError } from "../../tools/error.ts";
import { findText } from "../history/find-text.ts";
import { STORE_KINDS, type StoreKind } from "../history/store-kind.ts";
import { parseJson } from "../../tools/parse-json.ts";

/** The file that marks a folder as a site of refbench, which may be replaced. */
export const SITE_MARKER = "refbench-site.json";

const marker = z.object({ schemaVersion: z.literal(1), kind: z.enum(STORE_KINDS) });

/** Replaces a folder by a site's files: they are written beside it and renamed into place. */
export async function writeSite(
  files: ReadonlyMap<string, string | Uint8Array>,
  { out, kind }: { readonly out: string; readonly kind: StoreKind },
): Promise<void> {
  await requireReplaceable(out, kind);
  const suffix = randomBytes(6).toString("hex");
  // Beside the target, because rename works only within a file system.
  const [made, old] = ["new", "old"].map((word) => join(dirname(out), `.${basename(out)}-${suffix}-${word}`));
  try {
    await writeFiles(made ?? "", new Map([...files, [SITE_MARKER, markerOf(kind)]]));
    await swap(out, made ?? "", old ?? "");
  } catch (error) {
    throw new RefbenchError(
      "run_folder",
      `cannot write the site ${out}: ${messageOf(error)}; free space or fix permissions, then publish again`,
      { cause: error },
    );
  } finally {
    await rm(made ?? "", { recursive: true, force: true }).catch(() => undefined);
  }
}

function markerOf(kind: StoreKind): string {
  return `${JSON.stringify({ schemaVersion: 1, kind } satisfies z.infer<typeof marker>)}\n`;
}

/** Refuses a folder with anything but an earlier site of the same kind. */
async function requireReplaceable(out: string, kind: StoreKind): Promise<void> {
  const entries = await readdir(out).catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return [];
    throw new RefbenchError("usage", `--out must be a folder; got ${out} (${messageOf(error)})`, {
      cause: error,
    });
  });
  if (entries.length === 0) return;
  const text = await findText(join(out, SITE_MARKER));
  const found = text === undefined ? undefined : kindIn(text);
  if (found === kind) return;
  throw new RefbenchError(
    "usage",
    found === undefined
      ? `--out must be empty, missing or an earlier site; ${out} contains other files: name another folder`
      : `--out is ${out}, a site of ${found}, but ${kind} would be published: use a separate folder`,
  );
}

function kindIn(text: string): StoreKind | undefined {
  try {
    return marker.parse(parseJson(text)).kind;
  } catch {
    return undefined;
  }
}

async function writeFiles(folder: string, files: ReadonlyMap<string, string | Uint8Array>): Promise<void> {
  for (const [path, content] of files) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
}

async function swap(out: string, made: string, old: string): Promise<void> {
  const hadOne = await rename(out, old).then(
    () => true,
    (error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
      throw error;
    },
  );
  try {
    await rename(made, out);
  } catch (error) {
    if (hadOne) await rename(old, out);
    throw error;
  }
  await rm(old, { recursive: true, force: true });
}
