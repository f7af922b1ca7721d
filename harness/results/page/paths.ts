import type { RunRecord } from "../../model/record/record.ts";

/** Where the page of a run lies in the site. */
export function runPath({ runId }: Pick<RunRecord, "runId">): string {
  return `runs/${runId}.html`;
}

/** Where the page of a size lies in the site. */
export function sizePath({ architecture, size }: Pick<RunRecord, "architecture" | "size">): string {
  return `sizes/${fileName(architecture)}-${fileName(size)}.html`;
}

/** Where a record lies in the site as it was stored. */
export function recordPagePath({ runId }: Pick<RunRecord, "runId">): string {
  return `records/${runId}.json`;
}

/** Names come from records: nothing in them may leave its folder. */
function fileName(name: string): string {
  return encodeURIComponent(name).replaceAll(/[%.]/g, "_");
}
