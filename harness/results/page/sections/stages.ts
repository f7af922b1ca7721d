import type { RunRecord } from "../../../model/record/record.ts";
import { TEARDOWN_STAGES } from "../../../model/record/stage.ts";
import { formatDuration } from "../../format/format.ts";
import { type Bar, gantt, type GanttMoment } from "../charts/gantt.ts";
import { dataTable } from "../parts/data-table.ts";
import { figure, legend } from "../parts/figure.ts";
import { type Html, html } from "../parts/html.ts";
import { chip } from "../parts/status.ts";
import { heading } from "../parts/heading.ts";

/** Key durations of a run, in milliseconds. */
export interface Milestones {
  /** From the start until a workspace was ready. */
  readonly firstWorkspaceMs?: number;
  /** From the end of the last stage before teardown until the audit found nothing left. */
  readonly cleanMs?: number;
  /** The name of that stage. */
  readonly cleanFrom?: string;
}

/** Returns when the first workspace was ready, and how long the teardown took until clean. */
export function milestonesOf({ startedAt, clock, measurements, stages, teardown }: RunRecord): Milestones {
  const { windows = [] } = measurements ?? {};
  const loadStage = stages.findLast(({ stage }) => stage === "load");
  // After a change of the wall clock, the load's timestamp and the record's are from different clocks.
  const isStepped = clock !== undefined && clock.steps.length > 0 && loadStage !== undefined;
  const startedAtMs = isStepped ? Date.parse(loadStage.startedAt) : measurements?.startedAtMs;
  const first = windows.find(({ ready }) => ready > 0);
  const before = stages.filter(({ stage }) => !TEARDOWN.has(stage)).at(-1);
  const clean =
    teardown.state === "clean" && before !== undefined
      ? Date.parse(teardown.finishedAt) - Date.parse(before.finishedAt)
      : undefined;
  return {
    ...(first !== undefined &&
      startedAtMs !== undefined && { firstWorkspaceMs: startedAtMs + first.endMs - Date.parse(startedAt) }),
    ...(clean !== undefined &&
      clean >= 0 &&
      before !== undefined && { cleanMs: clean, cleanFrom: before.stage }),
  };
}

const TEARDOWN: ReadonlySet<string> = new Set([...TEARDOWN_STAGES, "cleanup"]);

/** Draws the stages of a run in sequence. */
export function stagesSection(record: RunRecord): Html {
  const { stages, teardown } = record;
  if (stages.length === 0)
    return html`${heading(2, "Stages")}
      <p>The record contains no stages.</p>`;
  const startMs = Date.parse(record.startedAt);
  const since = (instant: string): number => Math.max(0, Date.parse(instant) - startMs);
  const bars = stages.map(({ stage, startedAt, finishedAt, outcome }): Bar => ({
    name: stage,
    fromMs: since(startedAt),
    toMs: since(finishedAt),
    tone: outcome === "failed" || outcome === "interrupted" ? "bad" : stage === "load" ? "load" : "plain",
  }));
  const { firstWorkspaceMs } = milestonesOf(record);
  const moments: GanttMoment[] = [
    ...(firstWorkspaceMs === undefined ? [] : [{ name: "first workspace", atMs: firstWorkspaceMs }]),
    ...(teardown.state === "clean" ? [{ name: "clean", atMs: since(teardown.finishedAt) }] : []),
  ];
  const description = stages
    .map(
      ({ stage, startedAt, finishedAt, outcome }) =>
        `${stage} ${formatDuration(since(finishedAt) - since(startedAt))}${outcome === "ok" ? "" : `, ${outcome}`}`,
    )
    .join("; ");
  const drawn = gantt(
    { bars, moments },
    { id: "stages-chart", title: "Stages of the run over time", description: `${description}.` },
  );
  return html`${heading(2, "Stages")}
  ${figure({
    caption: "From the start to the end of the audit",
    narrow: drawn,
    legend: legend([
      ...(bars.some(({ tone }) => tone === "load") ? [{ name: "the load", mark: "bar-3" as const }] : []),
      { name: "other stages", mark: "bar-1" },
      ...(bars.some(({ tone }) => tone === "bad")
        ? [{ name: "failed or interrupted", mark: "bar-bad" as const }]
        : []),
    ]),
  })}
  ${dataTable({
    label: "Stages",
    header: ["Stage", "Outcome", "Began after", "Duration", "Message"],
    right: new Set([2, 3]),
    rows: stages.map(({ stage, startedAt, finishedAt, outcome, message }) => [
      stage,
      chip(outcome),
      formatDuration(since(startedAt)),
      formatDuration(since(finishedAt) - since(startedAt)),
      message !== undefined && html`<span class="said">${message}</span>`,
    ]),
  })}`;
}
