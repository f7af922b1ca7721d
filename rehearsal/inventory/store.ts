import { randomBytes } from "node:crypto";
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { RefbenchError } from "../../harness/tools/error.ts";
import { settledItem, twinItem } from "./item.ts";
import type { TwinItem } from "./item.ts";
import { withLock } from "./lock.ts";
import { parseJson } from "../../harness/tools/parse-json.ts";

/** After this many files a long write or read lets the process do something else. */
const BREATH = 100;

/** The items that exist in the twin's clouds: one file per item, shared by processes and runs. */
export interface TwinStore {
  readonly directory: string;
  /** Writes or replaces an item. */
  put(item: TwinItem): Promise<void>;
  putMany(items: readonly TwinItem[]): Promise<void>;
  /** Writes an item whose key is free; false when it is taken. */
  create(item: TwinItem): Promise<boolean>;
  get(key: string): Promise<TwinItem | undefined>;
  /** Removes the item alone; what it leaves behind is the caller's question. */
  remove(key: string): Promise<void>;
  removeMany(keys: readonly string[]): Promise<void>;
  /** Everything, or everything of some kinds, which spares reading the rest. */
  list(kinds?: readonly string[]): Promise<TwinItem[]>;
  /** Runs `act` alone among all processes: for what first looks and then writes. Must not be nested. */
  locked<T>(act: () => Promise<T> | T): Promise<T>;
}

/** Creates an empty folder for an inventory unless it exists: done once, when a twin is made. */
export function makeStore(directory: string): TwinStore {
  mkdirSync(directory, { recursive: true });
  return openStore(directory);
}

/** Opens an existing inventory. A missing one is an error: created anew, it would report that nothing remains. */
export function openStore(directory: string): TwinStore {
  if (!existsSync(directory))
    throw new RefbenchError(
      "inventory",
      `the twin's inventory ${directory} is missing, so nothing can say what exists: move it back there`,
    );
  const fileOf = (key: string): string => join(directory, `${key}.json`);

  const written = (item: TwinItem): string => {
    const temporary = join(directory, `.${process.pid}.${randomBytes(6).toString("hex")}`);
    writeFileSync(temporary, `${JSON.stringify(item)}\n`);
    return temporary;
  };
  const put = (item: TwinItem): void => renameSync(written(item), fileOf(item.key));

  const read = (file: string): TwinItem | undefined => {
    let text: string;
    try {
      text = readFileSync(join(directory, file), "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
    // A delete uses the file's name, so the name is the key, whatever key a manually added file contains.
    return settled({ ...parsed(text, join(directory, file)), key: basename(file, ".json") });
  };
  /** Time passes for an item when somebody looks: no daemon runs between the looks. */
  const settled = (item: TwinItem): TwinItem | undefined => {
    if (item.settlesAt === undefined || Date.parse(item.settlesAt) > Date.now()) return item;
    if (item.status === "deleting") {
      rmSync(fileOf(item.key), { force: true });
      return undefined;
    }
    return settledItem(item);
  };

  return {
    directory,
    put: async (item) => eachWithBreath([item], put),
    putMany: (items) => eachWithBreath(items, put),
    create: async (item) => {
      // An old item of that key may have ended its deletion.
      if (read(`${item.key}.json`) !== undefined) return Promise.resolve(false);
      const temporary = written(item);
      try {
        linkSync(temporary, fileOf(item.key));
        return true;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
        throw error;
      } finally {
        rmSync(temporary, { force: true });
      }
    },
    get: (key) => Promise.resolve(read(`${key}.json`)),
    remove: async (key) => eachWithBreath([key], (one) => rmSync(fileOf(one), { force: true })),
    removeMany: (keys) => eachWithBreath(keys, (key) => rmSync(fileOf(key), { force: true })),
    list: async (kinds) => {
      const items: TwinItem[] = [];
      const files = readdirSync(directory).filter(
        (file) =>
          file.endsWith(".json") &&
          (kinds === undefined || kinds.some((kind) => file.startsWith(`${kind}--`))),
      );
      await eachWithBreath(files, (file) => {
        const item = read(file);
        if (item !== undefined) items.push(item);
      });
      return items;
    },
    locked: (act) => withLock(join(directory, ".lock"), act),
  };
}

function parsed(text: string, file: string): TwinItem {
  try {
    return twinItem.parse(parseJson(text));
  } catch (cause) {
    throw new RefbenchError(
      "inventory",
      `the twin's item ${file} cannot be read; expected an item as rehearsal/inventory/item.ts describes: remove the file, or the whole twin folder`,
      { cause },
    );
  }
}

async function eachWithBreath<T>(list: readonly T[], act: (one: T) => void): Promise<void> {
  for (const [index, one] of list.entries()) {
    if (index > 0 && index % BREATH === 0) await new Promise((resolve) => setImmediate(resolve));
    act(one);
  }
}
