/**
 * A place for small objects off this machine: a bucket of a cloud, or a folder on a mounted share. Keys are paths
 * with `/`. A refusal throws `RefbenchError("infrastructure")` with the next step.
 */
export interface Bucket {
  /** Its URL as the user wrote it, without a credential. */
  readonly url: string;
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** Whether it was put: false if the key exists, whoever put it. Exactly one of several simultaneous calls gets true. */
  putIfAbsent(key: string, bytes: Uint8Array): Promise<boolean>;
  /** The object, or undefined when there is none. */
  get(key: string): Promise<Uint8Array | undefined>;
  /** Every key that starts with `prefix`, sorted, from as many pages as there are. */
  list(prefix: string): Promise<readonly string[]>;
  /** A missing object is not a failure. */
  remove(key: string): Promise<void>;
}
