import { createHash } from "node:crypto";
import { basename } from "node:path";

const SUFFIX = ".sha256";

/** Returns the path of a record's digest: a separate file for each, so that stores of several machines can merge. */
export function digestPath(path: string): string {
  return `${path}${SUFFIX}`;
}

/** Returns the path of the record that a digest belongs to; undefined if the path is not a digest's. */
export function recordOfDigest(path: string): string | undefined {
  return path.endsWith(SUFFIX) ? path.slice(0, -SUFFIX.length) : undefined;
}

/** Returns the content of a digest file, readable by `sha256sum --check`. */
export function digestFile(text: string, path: string): string {
  return `${sha256(text)}  ${basename(path)}\n`;
}

/** Explains how a text differs from its digest; undefined if it matches. */
export function digestMismatch(text: string, digest: string): string | undefined {
  const [stored = ""] = digest.split(/\s/, 1);
  if (!/^[0-9a-f]{64}$/.test(stored))
    return "has an invalid digest file: restore both files from the store's history";
  if (stored === sha256(text)) return undefined;
  return "was changed after it was stored (its SHA-256 differs): restore it from the store's history";
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
