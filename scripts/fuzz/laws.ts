import { PassThrough } from "node:stream";
import { safeStream } from "../../harness/cli/safe-stream.ts";
import { RefbenchError, verdictOfError } from "../../harness/tools/error.ts";
import type { Outcome, Target } from "./target.ts";

/** An input that broke a law. */
export class BrokenLawError extends Error {}

/** Characters that a terminal obeys, listed independently of the product's own expression. */
const OBEYED =
  // eslint-disable-next-line no-control-regex -- they are what is looked for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/;

/** Reads one input and throws `BrokenLawError` where a law breaks. Returns whether it was accepted. */
export async function judgeCase<Input>(target: Target<Input>, input: Input): Promise<Outcome["state"]> {
  const outcome = await readGuarded(target, input);
  refusePollution();
  for (const text of outcome.printed ?? []) judgeText(text, target.secret);
  if (outcome.state === "accepted" && outcome.again !== undefined)
    await judgeRoundTrip(target, outcome.again);
  return outcome.state;
}

async function readGuarded<Input>(target: Target<Input>, input: Input): Promise<Outcome> {
  try {
    return await target.read(input);
  } catch (error) {
    if (error instanceof BrokenLawError) throw error;
    if (!(error instanceof RefbenchError))
      throw new BrokenLawError(`it threw something else than a RefbenchError: ${stackOf(error)}`);
    if (!Object.hasOwn(verdictOfError, error.code))
      throw new BrokenLawError(`it threw an error of the unknown code ${error.code}`);
    return { state: "refused", printed: [printed(`refbench: ${error.message}\n`)] };
  }
}

/** A text as it comes out of the command's stream. */
export function printed(text: string): string {
  const stream = new PassThrough();
  safeStream(stream).write(text);
  return String(stream.read() ?? "");
}

function judgeText(text: string, secret: string | undefined): void {
  const obeyed = OBEYED.exec(text);
  if (obeyed !== null)
    throw new BrokenLawError(
      `a printed text holds a character that a terminal obeys: ${JSON.stringify(around(text, obeyed.index))}`,
    );
  if (secret !== undefined && text.includes(secret))
    throw new BrokenLawError(
      `a printed text holds a secret: ${JSON.stringify(around(text, text.indexOf(secret)))}`,
    );
}

function around(text: string, at: number): string {
  return text.slice(Math.max(0, at - 60), at + 60);
}

/** Accepted input is written and read again without a change: no figure becomes null, no name is lost. */
async function judgeRoundTrip<Input>(
  target: Target<Input>,
  { value, written }: { readonly value: unknown; readonly written: Uint8Array },
): Promise<void> {
  let second: Outcome;
  try {
    second = await target.read(written as Input);
  } catch (error) {
    throw new BrokenLawError(`what it accepted is refused once it is written: ${stackOf(error)}`);
  }
  if (second.state === "refused") throw new BrokenLawError("what it accepted is refused once it is written");
  const [one, other] = [JSON.stringify(value), JSON.stringify(second.again?.value)];
  if (one !== other)
    throw new BrokenLawError(
      `what it accepted is another thing once it is written: ${one.slice(0, 300)} and ${other.slice(0, 300)}`,
    );
}

function refusePollution(): void {
  const own = [Object.prototype, Array.prototype, Function.prototype].filter(
    (one) => Object.keys(one).length > 0,
  );
  if (own.length === 0) return;
  for (const one of own) for (const name of Object.keys(one)) Reflect.deleteProperty(one, name);
  throw new BrokenLawError("a prototype that all objects share was changed");
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { stack = error.message } = error;
  return stack.split("\n").slice(0, 6).join("\n");
}
