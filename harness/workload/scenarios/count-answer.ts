import type { FailureClass, Phase } from "../../model/record/worker-result.ts";
import type { LoadContext } from "../context/load-context.ts";

/** The result of one step of a scenario: when it was right, or why it was not. */
export type StepOutcome =
  { readonly atMs: number } | { readonly class: FailureClass; readonly message: string };

/**
 * Counts one checked answer in its phase: its latency, or a failure with at least its timeout. Returns whether it was
 * right. After the load's end, nothing counts as a failure.
 */
export function countAnswer(
  { latencies, failures, board, signal }: LoadContext,
  phase: Phase,
  at: { readonly dueMs: number; readonly startedMs: number; readonly timeoutMs: number },
  outcome: StepOutcome,
): boolean {
  const { dueMs, startedMs } = at;
  if ("atMs" in outcome) {
    board.answered();
    latencies.record(phase, { dueMs, startedMs, endMs: outcome.atMs });
    return true;
  }
  if (signal.aborted) return false;
  failures.add(outcome.class, phase, outcome.message);
  // A machine that ran out of something says nothing about Coder.
  if (outcome.class !== "generator-exhausted")
    latencies.recordFailure(phase, { dueMs, startedMs, endMs: performance.now() }, at.timeoutMs);
  return false;
}
