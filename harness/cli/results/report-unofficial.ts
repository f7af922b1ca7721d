import type { RunRecord } from "../../model/record/record.ts";
import { unofficialWords } from "../../results/judge/official.ts";
import type { Io } from "../../composition/settings/io.ts";

/** Names on stderr the runs that were measured and are not part of the table, with the reasons. */
export function reportUnofficial(records: readonly RunRecord[], { stderr }: Pick<Io, "stderr">): void {
  const words = unofficialWords(records);
  if (words !== undefined) stderr.write(`refbench: ${words}\n`);
}
