/**
 * A place for small objects off this machine: a bucket of a cloud, or a folder on a mounted share. Keys are paths
 * with `/`. Whatever it refuses throws `RefbenchError("infrastructure")` with the next step.
 */
export interface Bucket {
  /** Where it is, as the user wrote it; holds no credential. */
  readonly url: string;
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** Whether it was put: false when the key was there, whoever put it. Of many at once exactly one gets true. */
  putIfAbsent(key: string, bytes: Uint8Array): Promise<boolean>;
  /** The object, or undefined when there is none. */
  get(key: string): Promise<Uint8Array | undefined>;
  /** Every key that starts with `prefix`, sorted, from as many pages as there are. */
  list(prefix: string): Promise<readonly string[]>;
  /** No object is no failure. */
  remove(key: string): Promise<void>;
}
