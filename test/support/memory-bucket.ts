import type { Bucket } from "../../harness/model/ports/bucket.ts";
import { RefbenchError } from "../../harness/tools/error.ts";

/** A bucket in memory that can be switched off. */
export class MemoryBucket implements Bucket {
  readonly url = "gs://in-memory";
  readonly objects = new Map<string, Buffer>();
  /** While set, everything asked is refused. */
  down = false;
  /** How often it was asked anything. */
  asked = 0;
  /** Asked before each put; throws to refuse it. */
  beforePut: (key: string, bytes: Uint8Array) => void = () => undefined;

  async put(key: string, bytes: Uint8Array): Promise<void> {
    await this.#turn();
    this.beforePut(key, bytes);
    this.objects.set(key, Buffer.from(bytes));
  }

  async putIfAbsent(key: string, bytes: Uint8Array): Promise<boolean> {
    await this.#turn();
    if (this.objects.has(key)) return false;
    this.objects.set(key, Buffer.from(bytes));
    return true;
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    await this.#turn();
    return this.objects.get(key);
  }

  async list(prefix: string): Promise<readonly string[]> {
    await this.#turn();
    return [...this.objects.keys()].filter((key) => key.startsWith(prefix)).sort();
  }

  async remove(key: string): Promise<void> {
    await this.#turn();
    this.objects.delete(key);
  }

  /** Everything it holds, as one text. */
  text(): string {
    return [...this.objects].map(([key, bytes]) => `${key}\n${bytes.toString()}`).join("\n");
  }

  /** Others get their turn between question and answer, as over a network. */
  async #turn(): Promise<void> {
    this.asked += 1;
    await new Promise((resolve) => setImmediate(resolve));
    if (this.down) throw new RefbenchError("infrastructure", "the bucket does not answer; try again");
  }
}
