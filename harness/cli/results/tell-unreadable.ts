import { EXIT_CODES } from "../../tools/verdict.ts";
import type { History } from "../../results/history/read-history.ts";
import type { PlacedHistory } from "./places.ts";
import type { Io } from "../../composition/settings/io.ts";

/** A note for the help of commands that read a history. */
export const UNREADABLE_NOTE = `Exit codes: 0, or ${EXIT_CODES["harness-error"]} when a record could not be read (it is named on stderr).`;

/** A row that is missing from an answer makes it a wrong answer: said, and not a success. */
export function tellUnreadable(
  { unreadable, undigested = [], missing }: Pick<History, "unreadable"> & Partial<PlacedHistory>,
  io: Io,
): void {
  if (missing !== undefined) io.stderr.write(`refbench: note: there is no store at ${missing} yet\n`);
  const [first, ...others] = undigested;
  if (first !== undefined) {
    const which = others.length === 0 ? first : `${first} and ${others.length} others`;
    io.stderr.write(
      `refbench: note: stored without a digest, so that nobody would notice a change: ${which}; once you have looked at them, "refbench results import <store>" gives each its own\n`,
    );
  }
  for (const { path, reason } of unreadable) io.stderr.write(`refbench: ${path} ${reason}\n`);
  if (unreadable.length > 0) io.exit(EXIT_CODES["harness-error"]);
}
