import type { RunRecord } from "../../../model/record/record.ts";

/** Returns the path of a run's page in the site. */
export function runPath({ runId }: Pick<RunRecord, "runId">): string {
  return `runs/${runId}.html`;
}

/** Returns the path of a size's page in the site. */
export function sizePath({ architecture, size }: Pick<RunRecord, "architecture" | "size">): string {
  return `sizes/${fileName(architecture)}-${fileName(size)}.html`;
}

/** Returns the path of a run's stored record in the site. */
export function recordPagePath({ runId }: Pick<RunRecord, "runId">): string {
  return `records/${runId}.json`;
}

/** Makes a name from a record safe as a file name. */
function fileName(name: string): string {
  return encodeURIComponent(name).replaceAll(/[%.]/g, "_");
}
