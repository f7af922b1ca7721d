import { TEARDOWN_STAGES } from "../../model/record/stage.ts";
import type { Teardown } from "../../model/record/record.ts";
import { salvageJson } from "../../tools/files/json-file.ts";
import type { StageContext } from "../context/context.ts";
import { Journal } from "../folder/journal.ts";
import { timelineNow } from "../folder/timeline.ts";
import { auditResult } from "../stages/audit.ts";
import { sweptIn } from "../stages/sweep.ts";

const TEARDOWN: ReadonlySet<string> = new Set(TEARDOWN_STAGES);

/** The result of a run's teardown, from its audit and journal; `unverified` without an audit. */
export async function readTeardown({ folder, plan, ports }: StageContext): Promise<Teardown> {
  const { entries } = await new Journal(folder.journal, ports.clock).read();
  const audit = await salvageJson(folder.result("audit"), auditResult);
  const swept = [...sweptIn(entries)];
  const problems = entries.flatMap((entry) =>
    entry.type === "stage-outcome" && entry.outcome !== "ok" && TEARDOWN.has(entry.stage)
      ? [`${entry.stage}: ${entry.message ?? entry.outcome}`]
      : [],
  );
  const timeline = timelineNow(plan, entries, ports.clock);
  const finishedAt = timeline.instant(timeline.nowMs);
  if (audit === undefined) {
    return {
      state: "unverified",
      scope: "inventory",
      finishedAt,
      left: [],
      swept,
      problems: [...problems, "the audit did not finish"],
    };
  }
  return {
    state: audit.state,
    scope: audit.scope,
    finishedAt,
    left: audit.left,
    swept,
    problems: audit.problem === undefined ? problems : [...problems, audit.problem],
  };
}
