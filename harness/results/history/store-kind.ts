import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { z } from "zod";
import { messageOf, RefbenchError } from "../../tools/error.ts";
import { parseJson } from "../../tools/parse-json.ts";
import { randomBytes } from "node:crypto";
import { dirname, join, resolve } from "node:path";
import type { RunRecord } from "../../model/record/record.ts";
import { findText } from "./find-text.ts";
import { writeOnce } from "./write-once.ts";

/** The name of the file of resets beside a history. */
export const RESETS_FILE = "resets.json";

/** What a store holds: figures of real clouds, or rehearsals; never both. */
export type StoreKind = "results" | "rehearsals";

/** The file by which a store says what it is. */
export const STORE_MARKER = "store.json";

const marker = z.object({
  schemaVersion: z.literal(1),
  kind: z.enum(["results", "rehearsals"]),
  /** Every record has a digest beside it; absent in a store from before there were any. */
  digests: z.literal("sha256").optional(),
});

/** What a store says of itself. */
export type StoreMarker = z.infer<typeof marker>;

/** The store that a record belongs into. */
export function storeKindOf({ simulated }: Pick<RunRecord, "simulated">): StoreKind {
  return simulated ? "rehearsals" : "results";
}

/** What a store says that it holds, or undefined where nothing was imported yet. */
export async function findStoreKind(store: string): Promise<StoreKind | undefined> {
  return (await findMarker(store))?.kind;
}

/** What a store says of itself, or undefined where nothing was imported yet. */
export async function findMarker(store: string): Promise<StoreMarker | undefined> {
  const path = join(store, STORE_MARKER);
  const text = await findText(path);
  if (text === undefined) return undefined;
  try {
    return marker.parse(parseJson(text));
  } catch (error) {
    throw new RefbenchError(
      "usage",
      `${path} does not say what the store holds (${firstLine(messageOf(error))}): expected {"schemaVersion": 1, "kind": "results"}, or "rehearsals"; restore it`,
      { cause: error },
    );
  }
}

/** Refuses a store of the other kind. */
export async function requireStoreKind(store: string, kind: StoreKind): Promise<void> {
  const found = await findStoreKind(store);
  if (found === undefined || found === kind) return;
  throw new RefbenchError(
    "usage",
    `${store} is a store of ${found}, expected one of ${kind}: rehearsals and results of real clouds never share a store, name another with --store`,
  );
}

/** Makes a folder a store of this kind, once and for good. */
export async function claimStore(store: string, kind: StoreKind): Promise<void> {
  await refuseNested(store);
  await mkdir(store, { recursive: true }).catch((error: unknown) => {
    throw new RefbenchError("run_folder", `cannot make the store ${store}: ${messageOf(error)}`, {
      cause: error,
    });
  });
  await writeOnce(join(store, STORE_MARKER), markerText(kind), store);
  await requireStoreKind(store, kind);
}

/** A store in another one would be taken for records of that one, none of them where it should be. */
async function refuseNested(store: string): Promise<void> {
  let folder = resolve(store);
  for (let above = dirname(folder); above !== folder; above = dirname(folder)) {
    folder = above;
    const kind = await findStoreKind(folder);
    if (kind !== undefined)
      throw new RefbenchError(
        "usage",
        `${store} lies in ${folder}, which is a store of ${kind}: name that one, or a folder outside of it, with --store`,
      );
  }
}

/** From now on a record of this store without a digest is a defect. */
export async function requireDigests(store: string, kind: StoreKind): Promise<void> {
  const path = join(store, STORE_MARKER);
  const temporary = join(store, `.${randomBytes(6).toString("hex")}.tmp`);
  try {
    await writeFile(temporary, markerText(kind), { mode: 0o444 });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw new RefbenchError("run_folder", `cannot write ${path}: ${messageOf(error)}`, { cause: error });
  }
}

function markerText(kind: StoreKind): string {
  return `${JSON.stringify({ schemaVersion: 1, kind, digests: "sha256" } satisfies StoreMarker)}\n`;
}

function firstLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").slice(0, 120);
}
