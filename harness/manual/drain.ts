import { CODER_GONE } from "../workload/removal/coder-gone.ts";
import { RefbenchError } from "../tools/error.ts";
import type { coderTrust } from "../pipeline/making/coder-trust.ts";
import type { WorkerEvent, WorkerRunner } from "../model/ports/worker.ts";
import type { DrainResult } from "../model/record/worker-result.ts";

/** Somebody waits for it, and may ask again. */
const GONE_AFTER_MS = 30_000;

export interface DrainOptions {
  readonly worker: Pick<WorkerRunner, "drain">;
  readonly coderUrl: string;
  /** Whom to trust there. */
  readonly trust: ReturnType<typeof coderTrust>;
  /** A session token of a site admin. */
  readonly token: string;
  readonly keepUsers: boolean;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly onEvent: (event: WorkerEvent) => void;
}

/** Deletes every workspace through Coder. A Coder that cannot be reached is `infrastructure`: nothing is known then. */
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
      `${error.message}; nothing is known to be deleted; once Coder is gone for good, refbench sweep --dry-run lists what its workspaces left`,
      { cause: error },
    );
  }
}
