import type { StackSpan } from "../../model/ports/traced.ts";
import { loadResult } from "../../model/record/worker-result.ts";
import type { RunRecord } from "../../model/record/record.ts";
import { salvageJson } from "../../tools/files/json-file.ts";
import type { StageContext } from "../context/context.ts";
import { Journal } from "../folder/journal.ts";
import { type Timeline, timelineNow } from "../folder/timeline.ts";

/** Keeps the spans of a run that is over, and returns its record with what became of them. */
export async function withTraces(
  { folder, plan, ports }: StageContext,
  record: RunRecord,
): Promise<RunRecord> {
  if (ports.trace === undefined) return record;
  const { entries } = await new Journal(folder.journal, ports.clock).read();
  const load = await salvageJson(folder.result("load"), loadResult.loose());
  const stacks = stackSpans(timelineNow(plan, entries, ports.clock));
  const traced = { record, stacks, workspaces: load?.traced ?? [] };
  return { ...record, traces: await ports.trace(traced, folder.path) };
}

/** Each apply and destroy of a stack that the journal saw begin and end. */
function stackSpans({ entries, instant }: Timeline): readonly StackSpan[] {
  return entries.flatMap((begin, index) => {
    if (begin.type !== "stack-intent") return [];
    const { stack, act } = begin;
    const end = entries
      .slice(index)
      .find((entry) => entry.type === "stack-outcome" && entry.stack === stack && entry.act === act);
    if (end?.type !== "stack-outcome") return [];
    return [
      {
        stack,
        act,
        startMs: Date.parse(instant(begin.runMs)),
        endMs: Date.parse(instant(end.runMs)),
        ok: end.ok,
      },
    ];
  });
}
