import { type Answer, type CoderFailure, failedWith } from "../../coder/http/answer.ts";
import type { LoadResult } from "../../model/record/worker-result.ts";

type Polls = NonNullable<LoadResult["polls"]>;

/**
 * Counts the answers to a load's polls, which ask repeatedly whether a workspace is ready, stopped or gone. A
 * lost poll does not fail its workspace, because the next one may be answered. All polls together are judged.
 */
export class PollLedger {
  #asked = 0;
  readonly #lost = new Map<string, Polls["lostBy"][number]>();

  /**
   * Counts one answer. Polls cut short by a stop or a deadline, or never sent by this machine, do not count.
   */
  readonly heard = (answer: Answer<unknown>): void => {
    if (!answer.ok && (answer.failure.kind === "aborted" || answer.failure.kind === "exhausted")) return;
    this.#asked++;
    if (!isLost(answer)) return;
    const { failure } = answer;
    const kind = failure.kind === "status" ? String(failure.status) : failure.kind;
    const known = this.#lost.get(kind);
    this.#lost.set(kind, {
      answer: kind,
      count: (known?.count ?? 0) + 1,
      example: known?.example ?? failure.message.slice(0, 500),
    });
  };

  /** The counts; undefined without polls. */
  counted(): Polls | undefined {
    if (this.#asked === 0) return undefined;
    const lostBy = [...this.#lost.values()].sort((a, b) => b.count - a.count);
    return { asked: this.#asked, lost: lostBy.reduce((sum, { count }) => sum + count, 0), lostBy };
  }
}

/** The polls of all parts of a load; undefined if none polled. */
export function mergePolls(parts: readonly (Polls | undefined)[]): Polls | undefined {
  const known = parts.filter((part) => part !== undefined);
  if (known.length === 0) return undefined;
  const kinds = new Map<string, Polls["lostBy"][number]>();
  for (const one of known.flatMap(({ lostBy }) => lostBy)) {
    const count = (kinds.get(one.answer)?.count ?? 0) + one.count;
    kinds.set(one.answer, { ...(kinds.get(one.answer) ?? one), count });
  }
  const sum = (of: (part: Polls) => number): number => known.reduce((total, part) => total + of(part), 0);
  return {
    asked: sum(({ asked }) => asked),
    lost: sum(({ lost }) => lost),
    lostBy: [...kinds.values()].sort((a, b) => b.count - a.count || a.answer.localeCompare(b.answer)),
  };
}

/** Whether a poll said nothing about its workspace. "The workspace is gone" is an answer. */
export function isLost(
  answer: Answer<unknown>,
): answer is { readonly ok: false; readonly failure: CoderFailure } {
  return !answer.ok && !failedWith(answer, 404, 410);
}
