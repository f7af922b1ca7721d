import { RefbenchError } from "../../../tools/error.ts";
import { run12 } from "../../../model/run-id.ts";
import type { LoadTask } from "../../../model/ports/worker-task.ts";
import { duration, rate } from "../../../tools/quantities.ts";

/** Far more than any deployment has. A larger number is a mistake. */
export const MOST_WORKSPACES = 100_000;

type Arrival = NonNullable<LoadTask["arrival"]>;

/** Reads steps such as `2/s:30s,10/s:1m`: each rate with how long it lasts. */
export function steps(text: string): Arrival {
  return text.split(",").map((step) => {
    const [perSecond, lasts, ...more] = step.split(":");
    if (perSecond === undefined || lasts === undefined || more.length > 0)
      throw new RefbenchError(
        "usage",
        `--steps is "${text}", expected rates with durations: 2/s:30s,10/s:1m`,
      );
    return { perSecond: rate("--steps")(perSecond), seconds: duration("--steps")(lasts) / 1000 };
  });
}

/** Reads the limits that stop the load automatically: `p95=500ms,errors=5%`. */
export function abortOn(text: string): NonNullable<LoadTask["abortOn"]> {
  const refuse = (): never => {
    throw new RefbenchError(
      "usage",
      `--abort-on is "${text}", expected p95=<duration>, errors=<share>, or both: p95=500ms,errors=5%`,
    );
  };
  const limits: { apiP95Ms?: number; errorShare?: number } = {};
  for (const part of text.split(",")) {
    const [, name, value = ""] = /^(p95|errors)=(.+)$/.exec(part) ?? refuse();
    if (name === "p95") limits.apiP95Ms = duration("--abort-on")(value);
    else {
      const [, digits, percent] = /^(\d+(?:\.\d+)?)(%?)$/.exec(value) ?? refuse();
      const share = Number(digits) / (percent === "%" ? 100 : 1);
      limits.errorShare = share <= 1 ? share : refuse();
    }
  }
  return limits;
}

/** Reads a range of workspaces such as `0:50`, the end not part of it, as Coder's utility does. */
export function range(text: string): { readonly from: number; readonly to: number } {
  const [, from, to] = /^(\d+):(\d+)$/.exec(text) ?? [];
  if (from === undefined || Number(from) >= Number(to))
    throw new RefbenchError(
      "usage",
      `--target-workspaces is "${text}", expected START:END such as 0:50, END not part of it`,
    );
  return { from: Number(from), to: Number(to) };
}

/** Reads a run by its id or the 12 characters that names carry, and returns the latter. */
export function runName(flag: string): (text: string) => string {
  return (text) => {
    if (/^([0-7][0-9a-hjkmnp-tv-z]{13})?[0-9a-hjkmnp-tv-z]{12}$/.test(text)) return run12(text);
    throw new RefbenchError(
      "usage",
      `${flag} is "${text}", expected a run's id (26 characters) or the 12 characters in its names`,
    );
  };
}

/** A SHA-256 of 64 hex digits, in lower case. */
export function sha256(flag: string): (text: string) => string {
  return (text) => {
    if (/^[0-9a-f]{64}$/i.test(text)) return text.toLowerCase();
    throw new RefbenchError("usage", `${flag} is "${text}", expected the 64 hex digits of a SHA-256`);
  };
}
