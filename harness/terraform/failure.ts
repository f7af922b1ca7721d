import { basename } from "node:path";
import { RefbenchError } from "../tools/error.ts";
import type { Diagnostic } from "./message.ts";
import { countOf } from "../tools/count-text.ts";

/** How many lines outside of the JSON stream an error quotes when Terraform ended without a diagnostic. */
const LAST_LINES = 20;

/** The output of a failed command. */
export interface Failure {
  readonly command: string;
  readonly directory: string;
  readonly exit: string;
  readonly diagnostics: readonly Diagnostic[];
  readonly plainLines: readonly string[];
}

/**
 * Messages of Google and AWS about an exceeded quota: Compute Engine, GKE and API limits; EC2's processors and other
 * limits.
 */
const QUOTA =
  /Quota '[A-Z0-9_]+' exceeded|insufficient (regional|project) quota|QUOTA_EXCEEDED|quotaExceeded|Quota limit '|\b(?!Request)\w+LimitExceeded: /i;

/** Advice for an exceeded quota. Preflight found room, so somebody else used it meanwhile, or preflight was skipped. */
const QUOTA_ADVICE =
  "a quota has no room: ask the cloud for more, free some of it, or take a smaller --size; refbench preflight compares quotas with what a size needs";

/**
 * Returns the error of a failed command with every error diagnostic, without quoted source. It names the stack by its
 * folder's name: records are published, and must not describe this machine.
 */
export function failureOf(failure: Failure): RefbenchError {
  const errors = failure.diagnostics.filter(({ severity }) => severity === "error");
  const words = errors.length > 0 ? errors.map(worded) : failure.plainLines.slice(-LAST_LINES).map(indented);
  const reason = errors.length > 0 ? countOf(errors.length, "error") : failure.exit;
  return new RefbenchError(
    "infrastructure",
    [
      `terraform ${failure.command} failed in stack ${basename(failure.directory)}: ${reason}`,
      ...words,
      ...(words.some((one) => QUOTA.test(one)) ? [`  ${QUOTA_ADVICE}`] : []),
    ].join("\n"),
  );
}

function worded({ summary, detail, address }: Diagnostic): string {
  const where = address === undefined ? "" : ` (${address})`;
  const heading = `  - ${summary}${where}`;
  return detail.trim() === "" ? heading : `${heading}\n${indented(detail.trim())}`;
}

function indented(text: string): string {
  return text.replace(/^(?=.)/gm, "    ");
}
