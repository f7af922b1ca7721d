import type { RunRecord } from "../model/record.ts";

/** The version of Coder that a run measured, or rehearsed. */
export function versionOf({ coderVersion, rehearsedVersion }: RunRecord): string | undefined {
  return (coderVersion ?? rehearsedVersion)?.replace(/^v/, "");
}
