/**
 * How an environment's load runner is reached: a machine inside its network, on which the worker runs. The
 * composition provides it, and the remote runner uses it over SSH without knowing the cloud.
 */
export interface RunnerAccess {
  /** The runner in words, for messages: `bench-…-runner in us-central1-a`. */
  readonly name: string;
  /**
   * The cloud's own tunnel command. Its standard input and output are a connection to the runner's SSH port; what it
   * says on standard error is kept for the error message. Arguments hold no secret.
   */
  readonly tunnel: {
    readonly command: string;
    readonly args: readonly string[];
    readonly env: NodeJS.ProcessEnv;
  };
  readonly user: string;
  /** The run's own key, in OpenSSH's format. */
  readonly privateKey: string;
  /**
   * The host keys as the machine itself reported them to its cloud, not over the connection that they vouch for:
   * lines such as `ssh-ed25519 AAAA…`. Throws `infrastructure` when there are none (yet).
   */
  readonly hostKeys: (signal: AbortSignal) => Promise<readonly string[]>;
  /** Path of Node on the runner, which its image or its start brought. */
  readonly node: string;
  /** Folder on the runner, writable by `user`, for the worker and what it keeps. */
  readonly folder: string;
}

/** Finds the runner of an environment when it is needed: it does not exist before provision. */
export type FindRunner = (signal: AbortSignal) => Promise<RunnerAccess>;
