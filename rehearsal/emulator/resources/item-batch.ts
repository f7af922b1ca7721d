import { messageOf, RefbenchError } from "../../../harness/tools/error.ts";
import type { TwinItem } from "../../inventory/item.ts";
import type { TwinStore } from "../../inventory/store.ts";

/** Over a thousand workspaces build in a burst: their files are written together. */
const BATCH_MS = 50;

/** A change of one key of the inventory: its new item, or no item once it is deleted. */
export interface Change {
  readonly key: string;
  readonly item?: TwinItem;
}

export interface ItemBatchOptions<Place> {
  readonly store: TwinStore;
  /** Asked once, when there is something to write. */
  readonly findPlace: () => Promise<Place>;
  /** Called once when the inventory cannot be written. */
  readonly onError?: (error: RefbenchError) => void;
}

/** Collects changes of the twin's inventory and writes them together; the last word on a name counts. */
export class ItemBatch<Place> {
  readonly #options: ItemBatchOptions<Place>;
  readonly #waiting = new Map<string, (place: Place) => Change>();
  #writing: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #place: Place | undefined;
  #failure: RefbenchError | undefined;

  constructor(options: ItemBatchOptions<Place>) {
    this.#options = options;
  }

  set(name: string, change: (place: Place) => Change): void {
    this.#waiting.set(name, change);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#writing = this.#writing
        .then(() => this.#flush())
        .catch((error: unknown) => {
          if (this.#failure) return;
          this.#failure = new RefbenchError(
            "inventory",
            `what workspaces created cannot be written to ${this.#options.store.directory}: ${messageOf(error)}; check the folder`,
            { cause: error },
          );
          this.#options.onError?.(this.#failure);
        });
    }, BATCH_MS);
  }

  /** Writes what is still waiting, or throws what kept an earlier batch from being written. */
  async close(): Promise<void> {
    if (this.#timer) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
      this.#writing = this.#writing.then(() => this.#flush());
    }
    await this.#writing;
    if (this.#failure) throw this.#failure;
  }

  async #flush(): Promise<void> {
    const changes = [...this.#waiting.values()];
    this.#waiting.clear();
    const place = (this.#place ??= await this.#options.findPlace());
    const put: TwinItem[] = [];
    const gone: string[] = [];
    for (const { key, item } of changes.map((change) => change(place))) {
      if (item === undefined) gone.push(key);
      else put.push(item);
    }
    await this.#options.store.putMany(put);
    await this.#options.store.removeMany(gone);
  }
}
