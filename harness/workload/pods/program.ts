import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { RefbenchError } from "../../tools/error.ts";

/** The worker as a ConfigMap keeps it. */
export interface PackedProgram {
  /** The first 12 digits of its SHA-256. */
  readonly digest: string;
  /** Compressed, in base64. */
  readonly packed: string;
}

/** The API server refuses a ConfigMap with more data. */
const MAX_BYTES = 2 ** 20;

/** Packs the worker, bundled into one file. */
export async function packProgram(file: string): Promise<PackedProgram> {
  const content = await readFile(file);
  const packed = gzipSync(content, { level: 9 });
  if (packed.length > MAX_BYTES)
    throw new RefbenchError(
      "worker",
      `the worker has ${packed.length} bytes when it is compressed, and a ConfigMap holds ${MAX_BYTES}`,
    );
  const digest = createHash("sha256").update(content).digest("hex").slice(0, 12);
  return { digest, packed: packed.toString("base64") };
}
