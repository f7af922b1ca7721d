import { CODER_GONE } from "../workload/removal/coder-gone.ts";
import { RefbenchError } from "../tools/error.ts";
import type { coderTrust } from "../pipeline/making/coder-trust.ts";
import type { WorkerEvent, WorkerRunner } from "../model/ports/worker.ts";
import type { DrainResult } from "../model/record/worker-result.ts";

/** Short, because a person waits and can repeat the command. */
const GONE_AFTER_MS = 30_000;

export interface DrainOptions {
  readonly worker: Pick<WorkerRunner, "drain">;
  readonly coderUrl: string;
  /** The certificate authority to trust. */
  readonly trust: ReturnType<typeof coderTrust>;
  /** A session token of a site admin. */
  readonly token: string;
  readonly keepUsers: boolean;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly onEvent: (event: WorkerEvent) => void;
}

/**
 * Deletes every workspace through Coder. Throws `infrastructure` if Coder cannot be reached: it is then unknown
 * what was deleted.
 */
export async function drainDeployment(options: DrainOptions): Promise<DrainResult> {
  const { worker, coderUrl, trust, token, keepUsers, timeoutMs, signal } = options;
  const errors: string[] = [];
  try {
    return await worker.drain(
      {
        task: "drain",
        deployment: { url: coderUrl, ssh: "none", ...trust },
        token,
        keepUsers,
        goneAfterMs: GONE_AFTER_MS,
        concurrency: 0,
        timeoutMs,
      },
      {
        signal,
        onEvent: (event) => {
          if (event.type === "error") errors.push(event.code);
          options.onEvent(event);
        },
      },
    );
  } catch (error) {
    if (!errors.includes(CODER_GONE) || !(error instanceof RefbenchError)) throw error;
    throw new RefbenchError(
      "infrastructure",
      `${error.message}; it is not known what was deleted; if Coder is gone for good, list the remains of its workspaces with "refbench sweep --dry-run"`,
      { cause: error },
    );
  }
}
