import type { Stage } from "../../model/record/stage.ts";
import { formatDuration } from "../../results/format/format.ts";
import { formatCount } from "../../tools/count-text.ts";
import { formatBar } from "./bar.ts";
import { type Extent, findDrainExtent, findLoadExtent, findStackExtent } from "./extent.ts";
import type { ProgressState, StageView } from "./state.ts";
import { renderLine, type ViewLine } from "./view-line.ts";
import { connectionWords, costWords, progressRate, stackWords, workspaceWords } from "./words.ts";

/** How many resources in progress are named. */
const NAMED = 2;

const INDENT = "      ";

const MARKS = {
  ok: { word: "done", format: "green" },
  failed: { word: "FAIL", format: "red" },
  interrupted: { word: "stop", format: "yellow" },
  skipped: { word: "skip", format: "dim" },
} as const;
const IN_PROGRESS = { word: ">>  ", format: "cyan" } as const;

/** The lines that a terminal shows of a run at one moment, none longer than its width. */
export function liveView(
  state: ProgressState,
  now: number,
  { width, hasColours = false }: { readonly width: number; readonly hasColours?: boolean },
): readonly string[] {
  const lines = [
    ...headline(state, now).map((text) => ({ text })),
    ...state.stages.flatMap((view) => stageLines(view, state, { now, width })),
  ];
  return lines.map((line) => renderLine(line, width, hasColours));
}

function headline(state: ProgressState, now: number): readonly string[] {
  const { run, startedAt } = state;
  const elapsed = startedAt === undefined ? "" : `  ${formatDuration(Math.max(0, now - startedAt))}`;
  if (run === undefined) return elapsed === "" ? [] : [`refbench${elapsed}`];
  const simulated = run.simulated ? " (simulated)" : "";
  const cost = costWords(state);
  return [
    `refbench ${run.architecture} ${run.size}${simulated}  ${run.runId}${elapsed}`,
    ...(cost === undefined ? [] : [`cost  ${cost}`]),
  ];
}

function stageLines(
  view: StageView,
  state: ProgressState,
  { now, width }: { readonly now: number; readonly width: number },
): readonly ViewLine[] {
  const { stage, finished, startedAt } = view;
  const duration = formatDuration(Math.max(0, finished?.durationMs ?? now - startedAt));
  const { word, format } = finished === undefined ? IN_PROGRESS : MARKS[finished.outcome];
  const head = `${word}  ${stage.padEnd(10)}${duration.padStart(8)}`;
  const accent = { from: 0, to: word.length, format };
  if (finished?.outcome === "failed") return [{ text: `${head}  ${firstLine(finished.message)}`, accent }];
  const { summary, extent, details = [] } = describeStage(stage, view, state, now);
  const line = { text: summary === undefined ? head : `${head}  ${summary}`, accent };
  if (finished !== undefined) return [line];
  return [line, ...barLines(extent, width), ...details.map((detail) => ({ text: `${INDENT}${detail}` }))];
}

function barLines(extent: Extent | undefined, width: number): readonly ViewLine[] {
  if (extent === undefined || extent.total === 0) return [];
  const bar = formatBar(extent, width - INDENT.length);
  const from = INDENT.length + 1;
  return [
    {
      text: `${INDENT}${bar}`,
      accent: { from, to: from + bar.lastIndexOf("#"), format: "cyan" },
    },
  ];
}

interface StageWords {
  /** Shown beside the stage's name. */
  readonly summary?: string | undefined;
  /** Shown as a bar below it while the stage runs, followed by the details. */
  readonly extent?: Extent | undefined;
  readonly details?: readonly string[];
}

function describeStage(stage: Stage, view: StageView, state: ProgressState, now: number): StageWords {
  switch (stage) {
    case "provision":
      return describeStacks(view, "created", now);
    case "destroy":
      return describeStacks(view, "destroyed", now);
    case "load": {
      const { load } = state;
      if (load === undefined) return {};
      return {
        summary: `${load.activity}, ${formatCount(load.users)} users, ${progressRate(load)}`,
        extent: findLoadExtent(state, now),
        details: [workspaceWords(load), connectionWords(load)],
      };
    }
    case "drain": {
      const { drain } = state;
      if (drain === undefined) return {};
      return {
        summary: `${formatCount(drain.deleted)} deleted, ${formatCount(drain.remaining)} remaining`,
        extent: findDrainExtent(state, now),
      };
    }
    case "sweep":
      return state.swept.size === 0 ? {} : { summary: `${formatCount(state.swept.size)} removed` };
    case "audit": {
      const { audit } = state;
      if (audit === undefined) return {};
      const left = audit.left === 0 ? "" : `: ${formatCount(audit.left)} left`;
      return { summary: `${audit.verdict}${left}` };
    }
    case "preflight":
    case "bootstrap":
      return {};
  }
}

function describeStacks({ stacks }: StageView, verb: string, now: number): StageWords {
  if (stacks.length === 0) return {};
  const summary = stacks.map((stack) => stackWords(stack, verb)).join("; ");
  const working = stacks.flatMap((stack) => [...stack.working]).toSorted(([, a], [, b]) => a - b);
  const named = working
    .slice(0, NAMED)
    .map(([address, since]) => `${formatDuration(Math.max(0, now - since)).padStart(6)}  ${address}`);
  const more = working.length > NAMED ? [`and ${working.length - NAMED} more`] : [];
  return { summary, extent: findStackExtent(stacks), details: [...named, ...more] };
}

function firstLine(message = ""): string {
  return message.split("\n", 1)[0] ?? "";
}
