import type { RunRecord } from "../../model/record/record.ts";
import { oneLine } from "../../tools/safe-text.ts";

const MOST_SHOWN = 40;

/** Whether a text is a version in Coder's format: `v2.31.0`, `2.32.0-rc.1`, `v2.31.0-devel+0a1b2c3d4e`. */
export function isCoderVersion(text: string): boolean {
  return /^v?\d{1,4}\.\d{1,4}\.\d{1,4}([-+][0-9A-Za-z.+-]{1,60})?$/.test(text);
}

/** Formats a version for a table. The deployment supplies it, so any other text is marked, put on one line and cut. */
export function shownVersion(text: string): string {
  if (isCoderVersion(text)) return text;
  const line = oneLine(text);
  return `not a version: "${line.length > MOST_SHOWN ? `${line.slice(0, MOST_SHOWN)}…` : line}"`;
}

/** Returns the version of Coder that a run measured or rehearsed, without its `v`. */
export function versionOf({ coderVersion, rehearsedVersion }: RunRecord): string | undefined {
  return (coderVersion ?? rehearsedVersion)?.replace(/^v/, "");
}
