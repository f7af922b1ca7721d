import type { Clock } from "../../../tools/time/clock.ts";
import type { RemoveOutcome } from "../../../model/ports/inventory.ts";
import type { CallGoogle } from "../api.ts";
import type { GoogleApiName } from "../endpoints.ts";
import { removeOutcomeOf } from "./outcome.ts";
import { type Raw, textAt } from "../raw.ts";
import { list, record, refusal } from "../refusal.ts";

/** The same timeouts as Terraform's deletes in the stacks. Other APIs answer at once. */
const DEADLINE_MS: Readonly<Partial<Record<GoogleApiName, number>>> = {
  compute: 10 * 60_000,
  container: 40 * 60_000,
  sql: 60 * 60_000,
};
const FIRST_POLL_MS = 1_000;
const LONGEST_POLL_MS = 15_000;

/** Waits until the operation that a delete started has ended. */
export async function awaitOperation(
  options: { readonly call: CallGoogle; readonly clock: Clock; readonly project: string },
  api: GoogleApiName,
  deleted: { readonly path: string; readonly answer: Raw },
  signal: AbortSignal,
): Promise<RemoveOutcome> {
  const { call, clock, project } = options;
  const deadlineMs = DEADLINE_MS[api];
  const name = textAt(deleted.answer, "name");
  if (deadlineMs === undefined || name === undefined) return { state: "removed" };
  const path = operationPath(project, deleted.path, name.split("/").at(-1) ?? name);
  const giveUpAt = clock.elapsed() + deadlineMs;
  let operation = deleted.answer;
  for (
    let wait = FIRST_POLL_MS;
    operation["status"] !== "DONE";
    wait = Math.min(wait * 1.5, LONGEST_POLL_MS)
  ) {
    if (clock.elapsed() >= giveUpAt) {
      return {
        state: "in-use",
        reason: `its deletion has not finished after ${deadlineMs / 60_000} min (${path})`,
      };
    }
    await clock.sleep(wait, signal);
    const polled = await call({ api, method: "GET", path }, signal);
    if (polled.state !== "ok") {
      // The delete was accepted. An operation that cannot be read does not prove that the item is gone.
      const reason = `its deletion was accepted, but ${path} could not be followed: ${polled.reason}`;
      return { state: polled.state === "denied" ? "denied" : "failed", reason };
    }
    operation = polled.body;
  }
  return ended(operation);
}

/** Returns the path of an operation, which has the same zone, region or scope as the deleted item. */
function operationPath(project: string, path: string, name: string): string {
  const between = path.split("/").slice(2, -2);
  return ["projects", project, ...between, "operations", name].join("/");
}

/** Returns the outcome of a finished operation, which may have failed. */
function ended(operation: Raw): RemoveOutcome {
  const error = record(operation["error"]);
  const errors = [...list(error["errors"]), ...("message" in error ? [error] : [])].map(record);
  if (errors.length === 0) return { state: "removed" };
  const codes = errors.map((one) => String(one["code"]));
  const message = errors.map((one) => textAt(one, "message") ?? "no reason given").join("; ");
  const status = Number(operation["httpErrorStatusCode"] ?? 400);
  return removeOutcomeOf(refusal(status, codes, message));
}
