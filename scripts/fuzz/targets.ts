import type { Target } from "./target.ts";
import { buckets } from "./targets/buckets.ts";
import { runFiles } from "./targets/files.ts";
import { inventories } from "./targets/inventories.ts";
import { flags } from "./targets/flags.ts";
import { keptFiles } from "./targets/kept-files.ts";
import { lines } from "./targets/lines.ts";
import { logs } from "./targets/logs.ts";
import { metrics } from "./targets/metrics.ts";
import { records } from "./targets/records.ts";
import { coderAnswers } from "./targets/schemas.ts";
import { terminals } from "./targets/terminals.ts";

/** Everything that refbench reads and did not write in the same process. */
export const TARGETS: readonly Target[] = [
  ...coderAnswers,
  ...terminals,
  ...lines,
  ...logs,
  ...metrics,
  ...records,
  ...runFiles,
  ...keptFiles,
  ...inventories,
  ...buckets,
  ...flags,
];
