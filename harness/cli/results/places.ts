import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { Option } from "commander";
import { z } from "zod";
import { RefbenchError } from "../../tools/error.ts";
import { runsRoot } from "../../pipeline/folder/run-folder.ts";
import { dayOf } from "../../results/format/day.ts";
import { byStart, type History, readHistory } from "../../results/history/read-history.ts";
import { readRunRecords } from "../../results/history/run-records.ts";
import { findStoreKind, STORE_KINDS, storeKindOf, type StoreKind } from "../../results/history/store-kind.ts";
import type { Io } from "../../composition/settings/io.ts";

/** The folders in which results are searched. */
export interface PlaceFlags {
  readonly store?: string;
  readonly rehearsals?: boolean;
}

/** The records of a store and of this folder's runs. */
export interface PlacedHistory extends History {
  /** The named store, if it does not exist. */
  readonly missing?: string;
  /** What was read. */
  readonly kind?: StoreKind;
  /** Runs of this folder in clusters of the user's own, which are in no table but that of their own store. */
  readonly ownClusterRuns?: number;
}

/** `--store`. */
export function storeOption(): Option {
  return new Option(
    "--store <dir>",
    "where results are kept (default: results, of rehearsals .refbench/rehearsals, of a cluster of your own own-cluster-results)",
  ).env("REFBENCH_STORE");
}

/** `--rehearsals`. */
export function rehearsalsOption(): Option {
  return new Option("--rehearsals", "what was simulated instead of what is official").env(
    "REFBENCH_REHEARSALS",
  );
}

/** `--as-of`. */
export function asOfOption(): Option {
  return new Option(
    "--as-of <date>",
    "day in UTC by which nights are stale or missing, such as 2026-11-22 (default: today)",
  ).env("REFBENCH_AS_OF");
}

/** The day that was asked for, or today in UTC. */
export function asOfDay(given: string | undefined): string {
  if (given === undefined) return dayOf(Date.now());
  if (z.iso.date().safeParse(given).success) return given;
  throw new RefbenchError("usage", `--as-of is "${given}", expected a date such as 2026-11-22`);
}

/** The folder of a store: the one that was named, or the usual one of its kind. */
export function storeFolder(cwd: string, kind: StoreKind, given: string | undefined): string {
  if (given !== undefined && given !== "") return resolve(cwd, given);
  const usual = {
    results: "results",
    "own-clusters": "own-cluster-results",
    rehearsals: join(".refbench", "rehearsals"),
  } as const satisfies Record<StoreKind, string>;
  return join(cwd, usual[kind]);
}

/** Official records, or simulated ones, of the store and of this folder's runs. */
export async function historyOf({ cwd }: Pick<Io, "cwd">, place: PlaceFlags): Promise<PlacedHistory> {
  const { store } = place;
  const kind = await kindToShow(cwd, place);
  const runs = await readRunRecords(runsRoot(cwd));
  const history = await readHistory({ store: storeFolder(cwd, kind, store), runs, kind });
  const elsewhere = runs.records.filter((record) => storeKindOf(record) === "own-clusters").length;
  const own = kind === "results" && elsewhere > 0 ? { ownClusterRuns: elsewhere } : {};
  return { ...history, ...missingStore(cwd, store), ...own, kind };
}

/** The results of a cluster of the user's own are shown only where their store is named. */
async function kindToShow(cwd: string, { store, rehearsals = false }: PlaceFlags): Promise<StoreKind> {
  if (rehearsals) return "rehearsals";
  if (store === undefined || store === "") return "results";
  return (await findStoreKind(resolve(cwd, store))) === "own-clusters" ? "own-clusters" : "results";
}

/** A store that was named and is not there: its name may be wrong, or nothing was imported yet. */
function missingStore(cwd: string, given: string | undefined): Pick<PlacedHistory, "missing"> {
  if (given === undefined || given === "") return {};
  const folder = resolve(cwd, given);
  return existsSync(folder) ? {} : { missing: folder };
}

/** Everything of all kinds: of the named store or the usual ones, and of the runs of this folder. */
export async function wholeHistory({ cwd }: Pick<Io, "cwd">, { store }: PlaceFlags): Promise<PlacedHistory> {
  const named = store === undefined || store === "" ? undefined : resolve(cwd, store);
  const namedKind = named === undefined ? undefined : ((await findStoreKind(named)) ?? "results");
  const runs = await readRunRecords(runsRoot(cwd));
  const all = await Promise.all(
    STORE_KINDS.map((kind) => {
      const folder = named === undefined ? storeFolder(cwd, kind, undefined) : named;
      const isRead = namedKind === undefined || namedKind === kind;
      return readHistory({ runs, kind, ...(isRead ? { store: folder } : {}) });
    }),
  );
  return { ...all.reduce(together, NOTHING), ...missingStore(cwd, store) };
}

const NOTHING: History = {
  records: [],
  files: new Map(),
  unreadable: [],
  undigested: [],
  digests: new Map(),
  without: [],
  pending: [],
};

/** Two kinds as one; what nobody can read may be of either. */
function together(one: History, other: History): History {
  const named = new Set(one.unreadable.map(({ path }) => path));
  return {
    records: [...one.records, ...other.records].toSorted(byStart),
    files: new Map([...one.files, ...other.files]),
    unreadable: [...one.unreadable, ...other.unreadable.filter(({ path }) => !named.has(path))],
    undigested: [...one.undigested, ...other.undigested],
    digests: new Map([...one.digests, ...other.digests]),
    without: one.without.length === 0 ? other.without : one.without,
    pending: [...one.pending, ...other.pending].toSorted(byStart),
  };
}
