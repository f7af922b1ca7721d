import type { Bucket } from "../../model/ports/bucket.ts";
import type { RefbenchError } from "../../tools/error.ts";
import { PageWatch } from "../../tools/page-watch.ts";
import type { RetryOptions } from "../../tools/time/retry.ts";

/** The action on an object, for error messages. */
export type Act = "read" | "write" | "list" | "remove";

/** The place of a bucket's objects. */
export interface BucketPlace {
  readonly bucket: string;
  /** Comes before every key, without a slash at its end; empty for none. */
  readonly prefix: string;
}

/** The calls of a cloud's API for objects, each with its retries. Each throws a `RefbenchError` with the next step. */
export interface ObjectCalls {
  read(key: string): Promise<Uint8Array | undefined>;
  write(key: string, bytes: Uint8Array): Promise<void>;
  /** Writes an object that must not exist. `wasRetried`: an earlier try may have succeeded and lost its answer. */
  create(
    key: string,
    bytes: Uint8Array,
  ): Promise<{ readonly isCreated: boolean; readonly wasRetried: boolean }>;
  /** Returns one page of objects' names, with the bucket's prefix, and the token of the next page. */
  listPage(
    keyPrefix: string,
    token: string | undefined,
  ): Promise<{ readonly names: readonly string[]; readonly next: string | undefined }>;
  remove(key: string): Promise<void>;
  /** Creates the error of a call whose answer cannot be used. */
  refuse(act: Act, key: string, reason: string): RefbenchError;
}

/** How calls to a bucket are retried. */
export const BUCKET_RETRIES = {
  tries: 4,
  firstWaitMs: 500,
  longestWaitMs: Infinity,
} as const satisfies Partial<RetryOptions>;

/** The name of a key's object in its bucket. */
export function objectName({ prefix }: BucketPlace, key: string): string {
  return prefix === "" ? key : `${prefix}/${key}`;
}

/** `scheme://bucket/prefix`. */
export function formatBucketUrl(scheme: "gs" | "s3", { bucket, prefix }: BucketPlace): string {
  return `${scheme}://${bucket}${prefix === "" ? "" : `/${prefix}`}`;
}

/** A bucket made of a cloud's calls. */
export function cloudBucket(url: string, place: BucketPlace, calls: ObjectCalls): Bucket {
  return {
    url,
    get: (key) => calls.read(key),
    put: (key, bytes) => calls.write(key, bytes),
    putIfAbsent: async (key, bytes) => {
      const { isCreated, wasRetried } = await calls.create(key, bytes);
      if (isCreated) return true;
      // The existing object may be from our own earlier try.
      return wasRetried && Buffer.from(bytes).equals((await calls.read(key)) ?? new Uint8Array());
    },
    list: async (keyPrefix) => {
      const names: string[] = [];
      const pages = new PageWatch();
      let token: string | undefined;
      do {
        const page = await calls.listPage(keyPrefix, token);
        names.push(...page.names);
        token = page.next;
        const endless = token === undefined ? undefined : pages.next(token);
        if (endless !== undefined) throw calls.refuse("list", keyPrefix, endless);
      } while (token !== undefined);
      return names.map((name) => name.slice(objectName(place, "").length)).sort();
    },
    remove: (key) => calls.remove(key),
  };
}
