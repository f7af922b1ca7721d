import type { DrainResult } from "../../model/shard-result.ts";
import { harmless } from "../progress/words.ts";

/** What a drain by hand came to. */
export interface Drained {
  readonly architecture: string;
  readonly simulated: boolean;
  readonly coderUrl: string;
  readonly result: DrainResult;
}

/** The result for programs. */
export function drainedJson({ architecture, simulated, coderUrl, result }: Drained): string {
  const { stopped, deleted, remaining } = result;
  return `${JSON.stringify({ architecture, simulated, coder: coderUrl, stopped, deleted, remaining }, null, 2)}\n`;
}

/** The result for people: the figures, every name that is left with why, and the next step. */
export function drainedText({ architecture, simulated, coderUrl, result }: Drained): string {
  const { stopped, deleted, remaining } = result;
  const twin = simulated ? " (simulated)" : "";
  const head = `${architecture}${twin}: ${counted(deleted, "workspace")} deleted through ${coderUrl}`;
  if (remaining.length === 0 && !stopped) {
    const destroy = `npx ${simulated ? "refbench twin exec -- npx " : ""}cdktf destroy '${architecture}*'`;
    return `${head}, nothing remains\nNext: ${destroy}\n`;
  }
  const names = remaining.map(({ name, id, reason }) => harmless(`  ${name} (${id}): ${reason}`));
  const how = stopped ? "stopped before its end, " : "";
  return `${[`${head}, ${how}${remaining.length} remain:`, ...names].join("\n")}\n`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
