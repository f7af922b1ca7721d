import { jsonText, oneLine } from "../tools/safe-text.ts";
import type { DrainResult } from "../model/record/worker-result.ts";
import { countOf } from "../tools/count-text.ts";

/** The result of a manual drain. */
export interface Drained {
  readonly architecture: string;
  readonly simulated: boolean;
  readonly coderUrl: string;
  readonly result: DrainResult;
}

/** The result for programs. */
export function drainedJson({ architecture, simulated, coderUrl, result }: Drained): string {
  const { stopped, deleted, remaining, unasked = [], pausedPrebuilds = false } = result;
  const counts = { stopped, deleted, remaining, unasked, pausedPrebuilds };
  const value = { architecture, simulated, coder: coderUrl, ...counts };
  return jsonText(value);
}

/** The result for people: the figures, every name that is left with why, and the next step. */
export function drainedText({ architecture, simulated, coderUrl, result }: Drained): string {
  const { stopped, deleted, remaining, unasked = [], pausedPrebuilds = false } = result;
  const twin = simulated ? " (simulated)" : "";
  const head = `${architecture}${twin}: ${countOf(deleted, "workspace")} deleted through ${coderUrl}`;
  if (remaining.length === 0 && unasked.length === 0 && !stopped) {
    const destroy = `npx ${simulated ? "refbench twin exec -- npx " : ""}cdktf destroy '${architecture}*'`;
    return `${head}, nothing remains\n${pauseLine(pausedPrebuilds)}Next: ${destroy}\n`;
  }
  const names = remaining.map(({ name, id, reason }) => oneLine(`  ${name} (${id}): ${reason}`));
  const unknown = unasked.map((reason) => oneLine(`  not known: ${reason}`));
  const how = stopped ? "stopped before its end, " : "";
  const again = `refbench drain ${architecture}${simulated ? " --rehearse" : ""}`;
  return `${[`${head}, ${how}${remaining.length} remain:`, ...names, ...unknown].join("\n")}\n${pauseLine(pausedPrebuilds)}Next: ${again}, and npx cdktf destroy only once nothing remains\n`;
}

/** Resumed, it would create workspaces before their environment is destroyed. */
function pauseLine(isPaused: boolean): string {
  return isPaused
    ? "Coder's prebuilds reconciler was paused, so that no workspace comes back; to keep this Coder instead: coder prebuilds resume\n"
    : "";
}
