import type { RunRecord } from "../record/record.ts";
import type { TracedWorkspace } from "../observation/traces.ts";

/** One apply or destroy of a stack of Terraform, in milliseconds since the epoch. */
export interface StackSpan {
  readonly stack: string;
  readonly act: "apply" | "destroy";
  readonly startMs: number;
  readonly endMs: number;
  readonly ok: boolean;
}

/** What the spans of a run are made of. */
export interface Traced {
  readonly record: RunRecord;
  readonly stacks?: readonly StackSpan[];
  readonly workspaces?: readonly TracedWorkspace[];
}
