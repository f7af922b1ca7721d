import { createHash, randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { z } from "zod";
import { messageOf, RefbenchError } from "../../tools/error.ts";
import { findText } from "../history/find-text.ts";
import { STORE_KINDS, type StoreKind } from "../history/store-kind.ts";
import { parseJson } from "../../tools/parse-json.ts";
import type { SiteFile } from "./site-file.ts";

/** The file that marks a folder as a site of refbench, which may be replaced. */
export const SITE_MARKER = "refbench-site.json";

const marker = z.object({
  schemaVersion: z.literal(1),
  kind: z.enum(STORE_KINDS),
  /** By path, what each file was made from, and the SHA-256 of its content. Absent in sites of earlier versions. */
  files: z.record(z.string(), z.object({ inputs: z.string(), content: z.string() })).optional(),
});

type Marker = z.infer<typeof marker>;
type KnownFiles = NonNullable<Marker["files"]>;

/** How many files were made, and how many were kept from the site before. */
export interface WrittenSite {
  readonly made: number;
  readonly kept: number;
}

/**
 * Replaces a folder by a site's files: they are written beside it and renamed into place. A file whose inputs are those
 * of the site before, and whose content is still what was written then, is kept.
 */
export async function writeSite(
  files: ReadonlyMap<string, SiteFile>,
  { out, kind }: { readonly out: string; readonly kind: StoreKind },
): Promise<WrittenSite> {
  const before = await requireReplaceable(out, kind);
  const suffix = randomBytes(6).toString("hex");
  // Beside the target, because rename works only within a file system.
  const [made, old] = ["new", "old"].map((word) => join(dirname(out), `.${basename(out)}-${suffix}-${word}`));
  try {
    const written = await writeFiles(files, { from: out, to: made ?? "", before });
    const { known } = written;
    await writeFile(
      join(made ?? "", SITE_MARKER),
      `${JSON.stringify({ schemaVersion: 1, kind, files: known } satisfies Marker)}\n`,
    );
    await swap(out, made ?? "", old ?? "");
    return { made: files.size - written.kept, kept: written.kept };
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

/** Refuses a folder with anything but an earlier site of the same kind; returns what that site holds. */
async function requireReplaceable(out: string, kind: StoreKind): Promise<KnownFiles> {
  const entries = await readdir(out).catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return [];
    throw new RefbenchError("usage", `--out must be a folder; got ${out} (${messageOf(error)})`, {
      cause: error,
    });
  });
  if (entries.length === 0) return {};
  const text = await findText(join(out, SITE_MARKER));
  const site = text === undefined ? undefined : markerIn(text);
  const found = site?.kind;
  if (found === kind) return site?.files ?? {};
  throw new RefbenchError(
    "usage",
    found === undefined
      ? `--out must be empty, missing or an earlier site; ${out} contains other files: name another folder`
      : `--out is ${out}, a site of ${found}, but ${kind} would be published: use a separate folder`,
  );
}

function markerIn(text: string): Marker | undefined {
  try {
    return marker.parse(parseJson(text));
  } catch {
    return undefined;
  }
}

async function writeFiles(
  files: ReadonlyMap<string, SiteFile>,
  { from, to, before }: { readonly from: string; readonly to: string; readonly before: KnownFiles },
): Promise<{ readonly known: KnownFiles; readonly kept: number }> {
  const known: KnownFiles = {};
  let kept = 0;
  await mkdir(to, { recursive: true });
  for (const [path, { inputs, make }] of files) {
    const target = join(to, path);
    await mkdir(dirname(target), { recursive: true });
    const old = Object.hasOwn(before, path) ? before[path] : undefined;
    if (old?.inputs === inputs && (await keepFile(join(from, path), target, old.content))) {
      known[path] = old;
      kept += 1;
      continue;
    }
    const content = make();
    await writeFile(target, content);
    known[path] = { inputs, content: sha256(content) };
  }
  return { known, kept };
}

/** Copies a file of the site before. Returns false where it is missing or not what was written: it is then made again. */
async function keepFile(old: string, target: string, content: string): Promise<boolean> {
  const found = await findBytes(old);
  if (found === undefined || sha256(found) !== content) return false;
  await writeFile(target, found);
  return true;
}

async function findBytes(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch {
    // Whatever the reason, the file is made again.
    return undefined;
  }
}

function sha256(content: string | Buffer): string {
  return createHash("sha256").update(content).digest("hex");
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
