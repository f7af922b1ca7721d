import { OBJECTIVES, objectivesFor } from "../../../reference-architectures/objectives.ts";
import type { Measurements, RunRecord } from "../../../harness/model/record/record.ts";
import type { Phase } from "../../../harness/model/record/worker-result.ts";
import { judge, judgeAgain } from "../../../harness/results/judge/objectives.ts";
import { failsRun } from "../../../harness/model/record/objective-words.ts";

/** A night on which this share of the connections was held, all else as it was. */
export function holding(record: RunRecord, share: number): RunRecord {
  return changed(record, (measurements) => {
    const { connections } = measurements;
    const heldTerminal = Math.round(connections.heldTerminal * share);
    const heldSsh = Math.round(connections.heldSsh * share);
    const held = heldTerminal + heldSsh;
    const gauge = { terminal: heldTerminal, ssh: heldSsh };
    return {
      ...measurements,
      connections: { ...connections, held, heldTerminal, heldSsh, verified: held, serverGauge: gauge },
    };
  });
}

/** A night on which no workspace became ready: nothing after it was measured. */
export function withoutWorkspaces(record: RunRecord): RunRecord {
  const kept: ReadonlySet<Phase> = new Set(["create-user", "create-workspace", "build-queue", "api-probe"]);
  const held = holding(record, 0);
  return changed(held, (measurements) => ({
    ...measurements,
    workspaces: { ...measurements.workspaces, ready: 0, succeeded: 0, failed: measurements.workspaces.asked },
    histograms: measurements.histograms.filter(({ phase }) => kept.has(phase)),
  }));
}

/** A night whose workspaces failed so often, all else as it was. */
export function failingWorkspaces(record: RunRecord, failed: number): RunRecord {
  return changed(record, (measurements) => {
    const { asked } = measurements.workspaces;
    const good = { ready: asked - failed, succeeded: asked - failed, failed };
    return { ...measurements, workspaces: { ...measurements.workspaces, ...good } };
  });
}

function changed(record: RunRecord, change: (measurements: Measurements) => Measurements): RunRecord {
  if (record.measurements === undefined) return record;
  const measured = { ...record, measurements: change(record.measurements) };
  // As a night is judged: a record that leaves a missed objective of its architecture out is not believed.
  const held = OBJECTIVES.filter(({ name }) => name === "connections-held");
  const asked = objectivesFor(held, { size: record.size, figures: record.load, simulated: false });
  const objectives = [...judgeAgain(measured), ...judge(asked, measured.measurements)];
  return { ...measured, objectives, verdict: objectives.some(failsRun) ? "slo-failed" : record.verdict };
}
