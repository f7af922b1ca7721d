import { createHash } from "node:crypto";

/** One file of a site, made only when it is needed. */
export interface SiteFile {
  /** Digest of all that the content depends on: records, what it shows of others, and the program. */
  readonly inputs: string;
  readonly make: () => string;
}

/** Returns a digest of parts in order. */
export function digestOf(...parts: readonly string[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part).update("\0");
  return hash.digest("hex");
}
