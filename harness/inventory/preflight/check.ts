import type { PreflightContext } from "./context.ts";

/** The result of a check. Only `failed` prevents a run from starting. `unknown` could not be checked. */
export type CheckState = "ok" | "failed" | "skipped" | "unknown";

export interface CheckOutcome {
  readonly state: CheckState;
  /** The finding: the value, and what was expected if it differs. */
  readonly found: string;
  /** The next step, as a command if possible. @default the check's own fix */
  readonly fix?: string;
  /** The failed check that this one depends on. */
  readonly needs?: CheckName;
  /** Digest of Coder's image in its registry. */
  readonly coderImageDigest?: string;
  /** Digest of the workspace image in its registry. */
  readonly workspaceImageDigest?: string;
  /** AWS: the caller's ARN. */
  readonly callerArn?: string;
}

/** A check without its implementation. */
export interface CheckQuestion {
  readonly name: CheckName;
  /** The next step if it fails without a specific fix. */
  readonly fix: (context: PreflightContext) => string;
  /** Checks that must pass first. */
  readonly after?: readonly CheckName[];
}

/** One check before anything is created. It creates and changes nothing. */
export interface Check<Context extends PreflightContext> extends CheckQuestion {
  readonly run: (context: Context, signal: AbortSignal) => Promise<CheckOutcome>;
}

/** The names of all checks, as used by flags. */
export const CHECK_NAMES = [
  "terraform",
  "identity",
  "marker",
  "credential",
  "permissions",
  "apis",
  "org-policies",
  "quota",
  "kubernetes-version",
  "storage",
  "nodes",
  "observation",
  "admission",
  "clock",
  "postgres-version",
  "machine-types",
  "artefacts",
  "tools",
  "licence",
  "cluster-access",
  "names",
  "leftovers",
] as const;
export type CheckName = (typeof CHECK_NAMES)[number];

export function passed(found: string): CheckOutcome {
  return { state: "ok", found };
}

/** Reports a passed check with advice for an improvement. */
export function advised(found: string, fix: string): CheckOutcome {
  return { state: "ok", found, fix };
}

export function failedCheck(found: string, fix?: string): CheckOutcome {
  return { state: "failed", found, ...(fix === undefined ? {} : { fix }) };
}

/** Reports a check that does not apply, with the reason. */
export function skipped(found: string): CheckOutcome {
  return { state: "skipped", found };
}

/** Reports a check that could not be done, with the reason. */
export function unknown(found: string, fix?: string): CheckOutcome {
  return { state: "unknown", found, ...(fix === undefined ? {} : { fix }) };
}
