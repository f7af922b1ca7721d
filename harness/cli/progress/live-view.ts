import { oneLine } from "../../tools/safe-text.ts";
import type { Stage } from "../../model/record/stage.ts";
import { formatCount, formatDuration } from "../../results/format/format.ts";
import type { ProgressState, StageView } from "./state.ts";
import { clip, connectionWords, costWords, progressRate, stackWords, workspaceWords } from "./words.ts";

/** How many resources at work a stack names. */
const NAMED = 2;

const MARKS = { ok: "done", failed: "FAIL", interrupted: "stop", skipped: "skip" } as const;

/** The lines that a terminal shows of a run at one moment, none longer than its width. */
export function liveView(state: ProgressState, now: number, width: number): readonly string[] {
  return [...headline(state, now), ...state.stages.flatMap((view) => stageLines(view, state, now))].map(
    (line) => clip(oneLine(line), width),
  );
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

function stageLines(view: StageView, state: ProgressState, now: number): readonly string[] {
  const { stage, finished, startedAt } = view;
  const duration = formatDuration(Math.max(0, finished?.durationMs ?? now - startedAt));
  const mark = finished === undefined ? ">>  " : MARKS[finished.outcome];
  const head = `${mark}  ${stage.padEnd(10)}${duration.padStart(8)}`;
  const [summary, ...details] = wordsOf(stage, view, state, now);
  if (finished?.outcome === "failed") return [`${head}  ${firstLine(finished.message)}`];
  const line = summary === undefined ? head : `${head}  ${summary}`;
  return finished === undefined ? [line, ...details.map((detail) => `      ${detail}`)] : [line];
}

/** What a stage has to say beside its name, then the lines below it while it is at work. */
function wordsOf(stage: Stage, view: StageView, state: ProgressState, now: number): readonly string[] {
  switch (stage) {
    case "provision":
      return terraformWords(view, "created", now);
    case "destroy":
      return terraformWords(view, "destroyed", now);
    case "load": {
      const { load } = state;
      if (load === undefined) return [];
      const summary = `${load.activity}, ${formatCount(load.users)} users, ${progressRate(load)}`;
      return [summary, workspaceWords(load), connectionWords(load)];
    }
    case "drain": {
      const { drain } = state;
      if (drain === undefined) return [];
      return [`${formatCount(drain.deleted)} deleted, ${formatCount(drain.remaining)} remaining`];
    }
    case "sweep":
      return state.swept.size === 0 ? [] : [`${formatCount(state.swept.size)} removed`];
    case "audit": {
      const { audit } = state;
      if (audit === undefined) return [];
      return [audit.left === 0 ? audit.verdict : `${audit.verdict}: ${formatCount(audit.left)} left`];
    }
    case "preflight":
    case "bootstrap":
      return [];
  }
}

function terraformWords({ stacks }: StageView, verb: string, now: number): readonly string[] {
  const summary = stacks.map((stack) => stackWords(stack, verb)).join("; ");
  const working = stacks.flatMap((stack) => [...stack.working]).toSorted(([, a], [, b]) => a - b);
  const named = working
    .slice(0, NAMED)
    .map(([address, since]) => `${formatDuration(Math.max(0, now - since)).padStart(6)}  ${address}`);
  const more = working.length > NAMED ? [`and ${working.length - NAMED} more`] : [];
  return stacks.length === 0 ? [] : [summary, ...named, ...more];
}

function firstLine(message = ""): string {
  return message.split("\n", 1)[0] ?? "";
}
