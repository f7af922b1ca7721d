import { messageOf, RefbenchError } from "../../tools/error.ts";
import type { StageContext } from "../context/context.ts";
import { CostMeter, noteCeiling } from "./cost-meter.ts";
import { lookEvery } from "../../tools/time/look-every.ts";

/** How often a working run checks what it cost. */
const LOOK_MS = 1_000;

/** Watches a run's cost until it is disposed of. */
export interface CostWatch extends AsyncDisposable {
  /** The run's own signal, which also aborts when the ceiling is reached. */
  readonly signal: AbortSignal;
  /** Why the ceiling ended the run, once it did. */
  readonly reached: string | undefined;
}

/** Watches what a run costs while its stages work. Reports the cost, and aborts the stages at the ceiling. */
export function watchCost(
  context: StageContext,
  {
    mayEnd = true,
  }: {
    /** False for a teardown, which continues whatever it costs. */
    readonly mayEnd?: boolean;
  } = {},
): CostWatch {
  const { plan, report, log } = context;
  const meter = new CostMeter(context);
  const stop = new AbortController();
  let reached: string | undefined;
  let reportedCents = 0;
  const look = async (): Promise<void> => {
    const found = await meter.look();
    if (found === undefined || reached !== undefined) return;
    const cents = Math.floor(found.spent * 100);
    if (cents > reportedCents) {
      reportedCents = cents;
      const { ceiling } = plan.cost ?? {};
      report({
        type: "cost.progress",
        spent: found.spent,
        ...(ceiling === undefined ? {} : { ceiling }),
      });
    }
    if (found.reached === undefined || !mayEnd) return;
    reached = found.reached;
    // Record the reason before anything ends, so that it is known whatever happens next.
    await noteCeiling(context, reached).catch((error: unknown) => log(messageOf(error)));
    report({ type: "note", level: "warning", message: `the cost ceiling is reached: ${reached}` });
    stop.abort(new RefbenchError("interrupted", `the cost ceiling is reached: ${reached}`));
  };
  const looks = lookEvery(LOOK_MS, look, (error) =>
    log(`the cost could not be checked: ${messageOf(error)}`),
  );
  return {
    signal: AbortSignal.any([context.signal, stop.signal]),
    get reached() {
      return reached;
    },
    [Symbol.asyncDispose]: () => looks[Symbol.asyncDispose](),
  };
}
