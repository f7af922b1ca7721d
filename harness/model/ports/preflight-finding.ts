/** What one question before a run has found, as the stages see it. */
export interface PreflightFinding {
  readonly name: string;
  /** Only `failed` keeps a run from starting; `unknown` could not be asked. */
  readonly state: "ok" | "failed" | "skipped" | "unknown";
  /** In words, without secrets. */
  readonly found: string;
  /** What to do about it, the exact command where there is one; advice where the state is `ok`. */
  readonly fix?: string;
  /** What Coder's registry calls the image of the size's version by, where that was asked and said. */
  readonly coderImageDigest?: string;
  /** What its registry calls the workspace image by, where that was asked and said. */
  readonly workspaceImageDigest?: string;
  /** AWS: who deploys, as AWS says. */
  readonly callerArn?: string;
}
