import { EXIT_CODES } from "../../tools/verdict.ts";
import type { History } from "../../results/history/read-history.ts";
import type { PlacedHistory } from "./places.ts";
import type { Io } from "../../composition/settings/io.ts";

/** A note for the help of commands that read a history. */
export const UNREADABLE_NOTE = `Exit codes: 0, or ${EXIT_CODES["harness-error"]} when a record could not be read (it is named on stderr).`;

/** Reports records that could not be read. An answer without them is wrong, so the exit code is not 0. */
export function reportUnreadable(
  { unreadable, undigested = [], missing }: Pick<History, "unreadable"> & Partial<PlacedHistory>,
  io: Io,
): void {
  if (missing !== undefined) io.stderr.write(`refbench: note: no store exists at ${missing} yet\n`);
  const [first, ...others] = undigested;
  if (first !== undefined) {
    const which = others.length === 0 ? first : `${first} and ${others.length} others`;
    io.stderr.write(
      `refbench: note: stored without a digest, so that a change would not be noticed: ${which}; after checking them, "refbench results import <store>" adds the digests\n`,
    );
  }
  for (const { path, reason } of unreadable) io.stderr.write(`refbench: ${path} ${reason}\n`);
  if (unreadable.length > 0) io.exit(EXIT_CODES["harness-error"]);
}
