import type { LoadProgress } from "../../model/record/worker-result.ts";
import { formatUsd } from "../../model/record/usd.ts";
import { formatCount } from "../../tools/count-text.ts";
import type { ProgressState, StackView } from "./state.ts";

/** The workspaces of a load by state. */
export function workspaceWords({ workspaces }: LoadProgress): string {
  const { total, queued, building, ready, failed, deleted } = workspaces;
  const states = { queued, building, ready, failed, deleted };
  const words = Object.entries(states)
    .filter(([state, count]) => count > 0 || state === "ready")
    .map(([state, count]) => `${formatCount(count)} ${state}`);
  return `workspaces ${words.join(", ")} of ${formatCount(total)}`;
}

/** The rate of verified commands over the held connections. */
export function progressRate({ commandsPerSecond }: LoadProgress): string {
  return `${commandsPerSecond.toFixed(1)} commands/s`;
}

/** The held connections of a load. */
export function connectionWords({ connections }: LoadProgress): string {
  const { wanted, terminal, ssh, failed } = connections;
  const held = `${formatCount(terminal + ssh)} of ${formatCount(wanted)}`;
  return [
    `connections ${held} (${formatCount(terminal)} terminal, ${formatCount(ssh)} ssh)`,
    ...(failed > 0 ? [`${formatCount(failed)} failed`] : []),
  ].join(", ");
}

/** The cost of the run so far, and its ceiling if it has one. */
export function costWords({ cost }: Pick<ProgressState, "cost">): string | undefined {
  if (cost === undefined) return undefined;
  const { spent, ceiling } = cost;
  return ceiling === undefined
    ? `${formatUsd(spent)} so far`
    : `${formatUsd(spent)} of ${formatUsd(ceiling)} so far`;
}

/** Counts a stack's resources: `gke-cloud 9 of 14 created`. Only its name while its plan is not known. */
export function stackWords({ stack, planned, done, failed }: StackView, verb: string): string {
  if (planned === 0 && done.size === 0 && failed.size === 0) return stack;
  const failures = failed.size > 0 ? `, ${formatCount(failed.size)} failed` : "";
  return `${stack} ${formatCount(done.size)} of ${formatCount(planned)} ${verb}${failures}`;
}

/** Shortens a line so that it does not wrap in a terminal of this width. */
export function clip(line: string, width: number): string {
  return line.length <= width ? line : `${line.slice(0, width - 3)}...`;
}
