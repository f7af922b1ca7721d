import { countOf } from "../../tools/count-text.ts";
import type { RunRecord } from "../../model/record/record.ts";
import { unofficialWords } from "../../results/judge/official.ts";
import type { Io } from "../../composition/settings/io.ts";

/** Names on stderr the runs that were measured and are not part of the table, with the reasons. */
export function reportUnofficial(
  {
    records,
    ownClusterRuns = 0,
  }: { readonly records: readonly RunRecord[]; readonly ownClusterRuns?: number },
  { stderr }: Pick<Io, "stderr">,
): void {
  if (ownClusterRuns > 0)
    stderr.write(
      `refbench: ${countOf(ownClusterRuns, "run")} in a cluster of your own not in this table: such rows are official only in a store of their own; "refbench results import" makes it, --store own-cluster-results shows it\n`,
    );
  const words = unofficialWords(records);
  if (words !== undefined) stderr.write(`refbench: ${words}\n`);
}
