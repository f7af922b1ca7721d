import type { ServerHostKeyAlgorithm } from "ssh2";
import { RefbenchError } from "../../tools/error.ts";

/** The keys by which one runner is known. */
export interface KnownHost {
  /** Whether the raw key that a server showed is one of them, byte by byte. */
  readonly isKnown: (blob: Buffer) => boolean;
  /** Asked of the server, so that it shows a key that can be compared. */
  readonly algorithms: ServerHostKeyAlgorithm[];
}

const ALGORITHMS: Record<string, ServerHostKeyAlgorithm[]> = {
  "ssh-ed25519": ["ssh-ed25519"],
  "ecdsa-sha2-nistp256": ["ecdsa-sha2-nistp256"],
  "ecdsa-sha2-nistp384": ["ecdsa-sha2-nistp384"],
  "ecdsa-sha2-nistp521": ["ecdsa-sha2-nistp521"],
  "ssh-rsa": ["rsa-sha2-512", "rsa-sha2-256"],
};

/** Reads lines such as `ssh-ed25519 AAAA… comment`, as the machine reported them to its cloud. */
export function knownHost(lines: readonly string[]): KnownHost {
  const keys = lines
    .map((line) => line.trim().split(/\s+/))
    .flatMap(([type = "", base64 = ""]) =>
      type in ALGORITHMS && base64 !== "" ? [{ type, blob: Buffer.from(base64, "base64") }] : [],
    );
  if (keys.length === 0) {
    const kinds = Object.keys(ALGORITHMS).join(", ");
    throw new RefbenchError(
      "shard",
      `none of the runner's ${lines.length} reported host keys is one of ${kinds}`,
    );
  }
  return {
    isKnown: (shown) => keys.some(({ blob }) => blob.equals(shown)),
    algorithms: [...new Set(keys.flatMap(({ type }) => ALGORITHMS[type] ?? []))],
  };
}
