import type { ServerHostKeyAlgorithm } from "ssh2";
import { RefbenchError } from "../../tools/error.ts";

/** The known keys of one runner. */
export interface KnownHost {
  /** Whether the raw key of a server is one of them, byte by byte. */
  readonly isKnown: (blob: Buffer) => boolean;
  /** Requested from the server, so that it presents a key that can be compared. */
  readonly algorithms: ServerHostKeyAlgorithm[];
}

const ALGORITHMS: Record<string, ServerHostKeyAlgorithm[]> = {
  "ssh-ed25519": ["ssh-ed25519"],
  "ecdsa-sha2-nistp256": ["ecdsa-sha2-nistp256"],
  "ecdsa-sha2-nistp384": ["ecdsa-sha2-nistp384"],
  "ecdsa-sha2-nistp521": ["ecdsa-sha2-nistp521"],
  "ssh-rsa": ["rsa-sha2-512", "rsa-sha2-256"],
};

/** Parses lines such as `ssh-ed25519 AAAA… comment`, as the machine reported them to its cloud. */
export function knownHost(lines: readonly string[]): KnownHost {
  const keys = lines
    .map((line) => line.trim().split(/\s+/))
    .flatMap(([type = "", base64 = ""]) =>
      type in ALGORITHMS && base64 !== "" ? [{ type, blob: Buffer.from(base64, "base64") }] : [],
    );
  if (keys.length === 0) {
    const kinds = Object.keys(ALGORITHMS).join(", ");
    throw new RefbenchError(
      "worker",
      `none of the runner's ${lines.length} reported host keys has a supported type: expected one of ${kinds}`,
    );
  }
  return {
    isKnown: (shown) => keys.some(({ blob }) => blob.equals(shown)),
    algorithms: [...new Set(keys.flatMap(({ type }) => ALGORITHMS[type] ?? []))],
  };
}
