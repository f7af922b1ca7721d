/** The finding of one check before a run, as the stages see it. */
export interface PreflightFinding {
  readonly name: string;
  /** Only `failed` keeps a run from starting; `unknown` could not be asked. */
  readonly state: "ok" | "failed" | "skipped" | "unknown";
  /** In words, without secrets. */
  readonly found: string;
  /** Whether it is reported also when it passes. @default false */
  readonly isNoted?: boolean;
  /** The next step, as an exact command if there is one; advice if the state is `ok`. */
  readonly fix?: string;
  /** What Coder's registry calls the image of the size's version by, where that was asked and said. */
  readonly coderImageDigest?: string;
  /** The digest of the workspace image in its registry, if the registry was asked and answered. */
  readonly workspaceImageDigest?: string;
  /** AWS: who deploys, as AWS says. */
  readonly callerArn?: string;
}
