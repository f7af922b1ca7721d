import type { PreflightContext } from "./context.ts";

/** What a check found. Only `failed` keeps a run from starting; `unknown` could not be asked, and says why. */
export type CheckState = "ok" | "failed" | "skipped" | "unknown";

export interface CheckOutcome {
  readonly state: CheckState;
  /** What was found, in words: the value, and what was wanted where it differs. */
  readonly found: string;
  /** What to do, the exact command where there is one. @default the check's own */
  readonly fix?: string;
  /** The check that failed, without which this one was not asked. */
  readonly needs?: CheckName;
  /** What Coder's registry calls the image of the size's version by. */
  readonly coderImageDigest?: string;
  /** What the registry calls the workspace image by. */
  readonly workspaceImageDigest?: string;
  /** AWS: who asks, as AWS says. */
  readonly callerArn?: string;
}

/** What a check is, whoever answers it. */
export interface CheckQuestion {
  readonly name: CheckName;
  /** What is done about it when it fails and does not know better. */
  readonly fix: (context: PreflightContext) => string;
  /** Checks without which this one has nothing to ask. */
  readonly after?: readonly CheckName[];
}

/** One question that is asked before anything is created. It creates and changes nothing itself. */
export interface Check<Context extends PreflightContext> extends CheckQuestion {
  readonly run: (context: Context, signal: AbortSignal) => Promise<CheckOutcome>;
}

/** Every check by the name that flags know it by. */
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

/** Of what is right, and could be better: the fix is advice. */
export function advised(found: string, fix: string): CheckOutcome {
  return { state: "ok", found, fix };
}

export function failed(found: string, fix?: string): CheckOutcome {
  return { state: "failed", found, ...(fix === undefined ? {} : { fix }) };
}

/** Of what does not apply, with the reason. */
export function skipped(found: string): CheckOutcome {
  return { state: "skipped", found };
}

/** Of what could not be asked, with the reason. */
export function unknown(found: string, fix?: string): CheckOutcome {
  return { state: "unknown", found, ...(fix === undefined ? {} : { fix }) };
}
