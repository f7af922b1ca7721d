import { messageOf } from "../../tools/error.ts";
import { type Check, type CheckName, type CheckOutcome, failedCheck, skipped, unknown } from "./check.ts";
import type { PreflightContext } from "./context.ts";

/** One check with its result. */
export interface CheckResult extends CheckOutcome {
  readonly name: CheckName;
}

export interface RunChecksOptions {
  /** Checks to skip (`--skip-preflight`). @default none */
  readonly skip?: ReadonlySet<CheckName>;
  /** Checks to fail in a rehearsal (`--fail-check`). @default none */
  readonly fail?: ReadonlySet<CheckName>;
  /** Limit for one check, so that an unresponsive cloud does not block the others. @default 60 s */
  readonly timeoutMs?: number;
}

/** Runs all checks in order, even after a failure, so that all problems are reported at once. */
export async function runChecks<Context extends PreflightContext>(
  checks: readonly Check<Context>[],
  context: Context,
  signal: AbortSignal,
  options: RunChecksOptions = {},
): Promise<readonly CheckResult[]> {
  const results: CheckResult[] = [];
  for (const check of checks) {
    signal.throwIfAborted();
    const outcome = await outcomeOf(check, context, { results, signal, options });
    const fix = outcome.fix ?? (outcome.state === "failed" ? check.fix(context) : undefined);
    results.push({
      ...outcome,
      name: check.name,
      // Clouds and their SDKs answer in several lines; a finding is one line.
      found: outcome.found.replaceAll(/\s*\n\s*/g, " "),
      ...(fix === undefined ? {} : { fix }),
    });
  }
  return results;
}

interface Turn {
  readonly results: readonly CheckResult[];
  readonly signal: AbortSignal;
  readonly options: RunChecksOptions;
}

async function outcomeOf<Context extends PreflightContext>(
  check: Check<Context>,
  context: Context,
  { results, signal, options }: Turn,
): Promise<CheckOutcome> {
  const { skip, fail, timeoutMs = 60_000 } = options;
  if (skip?.has(check.name) === true) return skipped("skipped by --skip-preflight");
  if (fail?.has(check.name) === true) return failedCheck("set to fail by --fail-check");
  const broken = results.find(({ name, state }) => state === "failed" && check.after?.includes(name));
  if (broken !== undefined) {
    return { ...unknown(`not checked, because ${broken.name} failed`), needs: broken.name };
  }
  const deadline = AbortSignal.timeout(timeoutMs);
  try {
    return await check.run(context, AbortSignal.any([signal, deadline]));
  } catch (error) {
    signal.throwIfAborted();
    if (deadline.aborted) return unknown(`no answer within ${timeoutMs / 1_000} s`);
    return unknown(messageOf(error));
  }
}
