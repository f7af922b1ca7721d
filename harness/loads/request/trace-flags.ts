import { findCollectorVariable } from "../../model/environment/collector.ts";
import { TRACED_WORKSPACES } from "../../model/observation/traces.ts";
import type { LoadTask } from "../../model/ports/worker-task.ts";
import { traceIdOf } from "../../model/trace-ids.ts";
import { RefbenchError } from "../../tools/error.ts";
import type { LoadFlags } from "./flags.ts";

/** Throws `usage` for `--trace` without a collector: the user expects spans there. */
export function refuseUnsentTraces({ trace }: Pick<LoadFlags, "trace">, env: NodeJS.ProcessEnv): void {
  if (trace !== true || findCollectorVariable(env) !== undefined) return;
  throw new RefbenchError(
    "usage",
    "--trace needs a collector: set OTEL_EXPORTER_OTLP_ENDPOINT to its URL, such as http://127.0.0.1:4318",
  );
}

/** The sample of workspaces whose phases become spans. Their requests carry the trace only with `--trace-propagate`. */
export function tracedTask(
  task: LoadTask,
  runId: string,
  flags: Pick<LoadFlags, "tracePropagate">,
): LoadTask {
  const propagate = flags.tracePropagate === true;
  return { ...task, trace: { id: traceIdOf(runId), sample: TRACED_WORKSPACES, propagate } };
}
