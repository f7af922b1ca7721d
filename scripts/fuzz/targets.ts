import type { Target } from "./target.ts";
import { runFiles } from "./targets/files.ts";
import { inventories } from "./targets/inventories.ts";
import { flags } from "./targets/flags.ts";
import { lines } from "./targets/lines.ts";
import { records } from "./targets/records.ts";
import { coderAnswers } from "./targets/schemas.ts";

/** Everything that refbench reads and did not write in the same process. */
export const TARGETS: readonly Target[] = [
  ...coderAnswers,
  ...lines,
  ...records,
  ...runFiles,
  ...inventories,
  ...flags,
];
