import { EXIT_CODES } from "../../model/verdict.ts";
import type { Unreadable } from "../../results/history/unreadable.ts";
import type { Io } from "../io.ts";

/** The last lines of the help of what reads a history. */
export const UNREADABLE_HELP = `\nExit codes: 0, or ${EXIT_CODES["harness-error"]} when a record could not be read (it is named on stderr).`;

/** A row that is missing from an answer makes it a wrong answer: said, and not a success. */
export function tellUnreadable({ unreadable }: { readonly unreadable: readonly Unreadable[] }, io: Io): void {
  for (const { path, reason } of unreadable) io.stderr.write(`refbench: ${path} ${reason}\n`);
  if (unreadable.length > 0) io.exit(EXIT_CODES["harness-error"]);
}
