import { mkdir } from "node:fs/promises";
import { z } from "zod";
import { messageOf, RefbenchError } from "../../tools/error.ts";
import { replaceFile } from "../../tools/files/replace-file.ts";
import { parseJson } from "../../tools/parse-json.ts";
import { dirname, join, resolve } from "node:path";
import { architectures } from "../../../reference-architectures/catalogue.ts";
import type { RunRecord } from "../../model/record/record.ts";
import { findText } from "./find-text.ts";
import { writeOnce } from "./write-once.ts";

/** Name of the file of resets in a store. */
export const RESETS_FILE = "resets.json";

/**
 * The content of a store: results of real clouds, of clusters that users have, or rehearsals, and never two of them. The
 * nodes and neighbours of a user's cluster are not those of anybody else's, so its rows are official only there.
 */
export const STORE_KINDS = ["results", "own-clusters", "rehearsals"] as const;
export type StoreKind = (typeof STORE_KINDS)[number];

/** The file that marks a store and names its kind. */
export const STORE_MARKER = "store.json";

const marker = z.object({
  schemaVersion: z.literal(1),
  kind: z.enum(STORE_KINDS),
  /** Every record has a digest file. Absent in stores that are older than digests. */
  digests: z.literal("sha256").optional(),
});

/** The content of a store's marker file. */
export type StoreMarker = z.infer<typeof marker>;

/** Returns the kind of store that a record belongs to. */
export function storeKindOf({
  simulated,
  architecture,
}: Pick<RunRecord, "simulated" | "architecture">): StoreKind {
  if (simulated) return "rehearsals";
  return architectures.get(architecture)?.carriedBy === "own-cluster" ? "own-clusters" : "results";
}

/** Returns what a store holds; undefined if nothing was imported yet. */
export async function findStoreKind(store: string): Promise<StoreKind | undefined> {
  return (await findMarker(store))?.kind;
}

/** Reads a store's marker; undefined if nothing was imported yet. */
export async function findMarker(store: string): Promise<StoreMarker | undefined> {
  const path = join(store, STORE_MARKER);
  const text = await findText(path);
  if (text === undefined) return undefined;
  try {
    return marker.parse(parseJson(text));
  } catch (error) {
    throw new RefbenchError(
      "usage",
      `${path} is not a valid store marker (${firstLine(messageOf(error))}): restore it; expected {"schemaVersion": 1, "kind": "results"}, "own-clusters" or "rehearsals"`,
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
    `${store} is a store of ${found}, but ${kind} is needed: rehearsals, results of clouds and those of a cluster of your own never share a store; name another with --store`,
  );
}

/** Makes a folder a store of this kind, permanently. */
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

/** Refuses a store inside another one: its files would count as misplaced records of the outer store. */
async function refuseNested(store: string): Promise<void> {
  let folder = resolve(store);
  for (let above = dirname(folder); above !== folder; above = dirname(folder)) {
    folder = above;
    const kind = await findStoreKind(folder);
    if (kind !== undefined)
      throw new RefbenchError(
        "usage",
        `${store} lies in ${folder}, which is a store of ${kind}: name that store or a folder outside it with --store`,
      );
  }
}

/** Marks a store so that from now on a record without a digest is an error. */
export async function requireDigests(store: string, kind: StoreKind): Promise<void> {
  const path = join(store, STORE_MARKER);
  try {
    await replaceFile(path, markerText(kind), 0o444);
  } catch (error) {
    throw new RefbenchError("run_folder", `cannot write ${path}: ${messageOf(error)}`, { cause: error });
  }
}

function markerText(kind: StoreKind): string {
  return `${JSON.stringify({ schemaVersion: 1, kind, digests: "sha256" } satisfies StoreMarker)}\n`;
}

function firstLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").slice(0, 120);
}
