import type { Verdict } from "./verdict.ts";

/** Every way the harness itself can fail. A failure inside one workspace is a value in the results instead. */
export type ErrorCode =
  /** A bad flag, file or value, or a tool missing on this machine: nothing was created. */
  | "usage"
  /** Terraform or the cloud's API refused: quota, capacity, credentials, a failed apply. */
  | "infrastructure"
  /** The stacks could not be synthesized: a defect of ours, since the size was checked before. */
  | "synthesis"
  /** Coder did not become ready, refused a template, or stopped answering during the run. */
  | "coder"
  /** The load generator's process died or broke its protocol. */
  | "worker"
  /** The machine of the generator cannot carry the load, or cannot start it: the load created nothing. */
  | "generator"
  /** The run's folder, journal or lease cannot be read or written. */
  | "run_folder"
  /** Another process holds the lease of this run. */
  | "lease_held"
  /** Stopped by a signal before the end. */
  | "interrupted"
  /** The inventory could not be asked, or answered in part. */
  | "inventory"
  /** Teardown ended and something remains. */
  | "leaked"
  /** An error after something may have been created; it is not verified that it is gone. */
  | "after_create";

/** The verdict for an error of each code, unless a more severe one holds. */
export const verdictOfError = {
  usage: "usage",
  infrastructure: "infrastructure",
  synthesis: "harness-error",
  coder: "harness-error",
  worker: "harness-error",
  generator: "generator-limited",
  run_folder: "harness-error",
  lease_held: "harness-error",
  interrupted: "interrupted",
  inventory: "unverified",
  leaked: "leaked",
  after_create: "unverified",
} as const satisfies Record<ErrorCode, Verdict>;

/** Refbench's only error class. Messages are lower case: the wrong value, what is expected, the next step. */
export class RefbenchError extends Error {
  override readonly name = "RefbenchError";
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
