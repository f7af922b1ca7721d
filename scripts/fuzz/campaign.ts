import fc from "fast-check";
import { BrokenLawError, judgeCase } from "./laws.ts";
import type { Outcome, Target } from "./target.ts";

/** The result of one target. */
export interface TargetResult {
  readonly name: string;
  readonly cases: number;
  readonly accepted: number;
  readonly refused: number;
  readonly finding?: BrokenLaw;
}

export interface BrokenLaw {
  /** The law that broke. */
  readonly why: string;
  /** The smallest input that breaks it, as far as was shrunk. */
  readonly input: string;
  /** The path of the case: with the seed, it plays only this case. */
  readonly path: string;
}

export interface FuzzOptions {
  readonly seed: number;
  /** The time for a target's cases. @default until `cases` */
  readonly ms?: number;
  /** The most cases of a target. @default until `ms` */
  readonly cases?: number;
  /** One case of an earlier campaign. */
  readonly path?: string;
  /** Called before each case with what it is. */
  readonly onCase?: (target: string, input: unknown) => void;
}

/** Plays the cases of one target; the same seed makes the same cases. */
export async function fuzz(target: Target, options: FuzzOptions): Promise<TargetResult> {
  const counts = { accepted: 0, refused: 0 };
  const rejections: unknown[] = [];
  let last: Promise<Outcome["state"]> | undefined;
  const onRejection = (reason: unknown): void => void rejections.push(reason);
  process.on("unhandledRejection", onRejection);
  try {
    const report = await fc.check(
      fc.asyncProperty(target.inputs, async (input) => {
        options.onCase?.(target.name, input);
        last = judgeCase(target, input);
        counts[await last] += 1;
      }),
      {
        seed: options.seed,
        numRuns: options.cases ?? Number.MAX_SAFE_INTEGER,
        ...(options.ms === undefined ? {} : { interruptAfterTimeLimit: options.ms }),
        ...(options.path === undefined ? {} : { path: options.path }),
        markInterruptAsFailure: false,
      },
    );
    // A case that has no time left is abandoned, and would write into the next target's folder.
    await last?.catch(() => undefined);
    const cases = counts.accepted + counts.refused;
    const base = { name: target.name, cases, ...counts };
    if (report.failed && report.counterexample !== null) {
      const why = report.errorInstance instanceof Error ? report.errorInstance.message : "it failed";
      const [input] = report.counterexample;
      return { ...base, finding: { why, input: describeInput(input), path: report.counterexamplePath } };
    }
    await new Promise((resolve) => setImmediate(resolve));
    if (rejections.length === 0) return base;
    const why = new BrokenLawError(`a promise was rejected that nobody waited for: ${String(rejections[0])}`)
      .message;
    return { ...base, finding: { why, input: "one of its cases", path: "" } };
  } finally {
    process.off("unhandledRejection", onRejection);
  }
}

const MOST_SHOWN = 2_000;

/** An input as a person reads it. */
export function describeInput(input: unknown): string {
  const text = fc.stringify(readable(input));
  return text.length <= MOST_SHOWN ? text : `${text.slice(0, MOST_SHOWN)}… (${text.length} characters)`;
}

function readable(input: unknown): unknown {
  if (input instanceof Uint8Array) {
    const text = Buffer.from(input).toString();
    return Buffer.from(text).equals(input) ? text : Buffer.from(input).toString("latin1");
  }
  if (Array.isArray(input)) return input.map(readable);
  if (typeof input !== "object" || input === null) return input;
  return Object.fromEntries(Object.entries(input).map(([name, value]) => [name, readable(value)]));
}
