import { createHash } from "node:crypto";
import { basename } from "node:path";

const SUFFIX = ".sha256";

/** Where the digest of a stored record lies: beside it, a file of its own, so that the nights of several machines merge. */
export function digestPath(path: string): string {
  return `${path}${SUFFIX}`;
}

/** The record that a digest is of, by its path; undefined where the path is none of a digest. */
export function recordOfDigest(path: string): string | undefined {
  return path.endsWith(SUFFIX) ? path.slice(0, -SUFFIX.length) : undefined;
}

/** A digest as its file holds it, which `sha256sum --check` understands too. */
export function digestFile(text: string, path: string): string {
  return `${sha256(text)}  ${basename(path)}\n`;
}

/** How a text differs from what its digest says of it, or undefined where it does not. */
export function digestMismatch(text: string, digest: string): string | undefined {
  const [stored = ""] = digest.split(/\s/, 1);
  if (!/^[0-9a-f]{64}$/.test(stored))
    return "has a digest that is none: restore both files from the store's history";
  if (stored === sha256(text)) return undefined;
  return "was changed after it was stored, as its SHA-256 beside it says: restore it from the store's history";
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
