import { resolveSize } from "../../reference-architectures/catalogue.ts";
import { RefbenchError } from "../tools/error.ts";

/** The sizes of a night without --sizes: the largest affordable one of each architecture. */
export const DEFAULT_SIZES = "gke/1200,eks/100,gce-docker/500,gce-vm/1000";

/** One size to measure. */
export interface SizeName {
  readonly architecture: string;
  readonly size: string;
}

/** Parses a list such as `gke/1200,eks/100`, in this order. Throws `usage` for a size without an architecture. */
export function parseSizes(text: string): readonly SizeName[] {
  const sizes = text.split(",").map((part) => {
    const [, architecture, size] = /^\s*([^/\s]+)\/([^/\s]+)\s*$/.exec(part) ?? [];
    if (architecture === undefined || size === undefined) {
      throw new RefbenchError(
        "usage",
        `--sizes has "${part}", expected <architecture>/<size> such as gke/1200`,
      );
    }
    return { architecture: resolveSize(architecture, size).architecture, size };
  });
  const names = sizes.map(formatSize);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return sizes;
  throw new RefbenchError("usage", `--sizes has ${twice} twice, expected each size once`);
}

/** Formats a size as `gke/1200`. */
export function formatSize({ architecture, size }: SizeName): string {
  return `${architecture}/${size}`;
}
