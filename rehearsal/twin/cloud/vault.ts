import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TwinItem } from "../../inventory/item.ts";

/** Kinds that a cloud keeps secrets in. */
const KINDS: readonly string[] = ["kubernetes_secret", "google_secret_manager_secret"];

const KEY = "tls.key";
const CERTIFICATE = "tls.crt";
const PROVISIONER_KEY = "provisioner.key";

/** The files with which a server serves TLS. The key never leaves the vault. */
export interface KeptTls {
  readonly keyFile: string;
  /** In PEM; empty where the secret holds the key alone. */
  readonly certificate: string;
}

/**
 * Keeps the key of a server's certificate, as a cloud keeps its secrets: as long as the secret lives, for nobody else.
 * The twin does not need other secrets, and does not keep them.
 */
export function keepTls(root: string, secret: string, key: string, certificate = ""): void {
  if (!key.includes("PRIVATE KEY-----")) return;
  const folder = folderOf(root, secret);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, KEY), key, { mode: 0o600 });
  writeFileSync(join(folder, CERTIFICATE), certificate);
}

/** Keeps the key with which external provisioners connect. */
export function keepProvisionerKey(root: string, secret: string, key: string): void {
  const folder = folderOf(root, secret);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, PROVISIONER_KEY), key, { mode: 0o600 });
}

/** Returns the key of external provisioners that a secret has; undefined when it has none. */
export function findProvisionerKey(root: string, secret: string): string | undefined {
  return readKept(join(folderOf(root, secret), PROVISIONER_KEY));
}

/** Returns the TLS files that are kept for a secret, by the key of its item; undefined when there are not any. */
export function findTls(root: string, secret: string): KeptTls | undefined {
  const folder = folderOf(root, secret);
  const certificate = readKept(join(folder, CERTIFICATE));
  return certificate === undefined ? undefined : { keyFile: join(folder, KEY), certificate };
}

function readKept(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Deletes the kept contents of a deleted secret. */
export function forgetKept(root: string, { kind, key }: TwinItem): void {
  if (KINDS.includes(kind)) rmSync(folderOf(root, key), { recursive: true, force: true });
}

function folderOf(root: string, secret: string): string {
  return join(root, "vault", secret);
}
