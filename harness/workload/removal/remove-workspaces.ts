import { type CoderFailure, failedWith } from "../../coder/http/answer.ts";
import type { CoderClient } from "../../coder/client.ts";
import { isActive, type Job } from "../../coder/http/schemas.ts";
import { type Deadline, startDeadline } from "../../tools/time/deadline.ts";
import type { PollPace } from "../context/poll-pace.ts";
import { type Removal, removeEach, type RemovalOptions, type Removals } from "./remove.ts";

const MAX_DELETE_BUILDS = 3;
/**
 * A restarting Coder is back within this time. One that is gone would otherwise be asked until the deadline.
 */
const GONE_AFTER_MS = 60_000;

export interface WorkspaceRemovalOptions<T> extends RemovalOptions<T> {
  /** Polls the state, over separate connections. @default client */
  readonly poller?: CoderClient;
  readonly pollPace: PollPace;
  /** Time limit for one workspace in milliseconds, read when its removal starts. */
  readonly timeoutMs: () => number;
}

/**
 * Deletes workspaces, whatever they are doing, and believes only the server's "gone". An active build is
 * cancelled first. Neither a cancelled nor a finished build proves anything.
 */
export function removeWorkspaces<
  T extends { readonly id: string; readonly trace?: { readonly traceparent: string | undefined } },
>(workspaces: readonly T[], options: WorkspaceRemovalOptions<T>): Promise<Removals> {
  return removeEach(workspaces, options, async ({ id, trace }) => {
    const timeoutMs = options.timeoutMs();
    const deadline = startDeadline(timeoutMs, options.signal);
    try {
      return await removeUntil(id, deadline, {
        ...options,
        client: options.client.traced(trace?.traceparent),
        poller: options.poller ?? options.client,
        timeoutMs,
      });
    } finally {
      deadline.release();
    }
  });
}

async function removeUntil(
  id: string,
  deadline: Deadline,
  options: Pick<WorkspaceRemovalOptions<never>, "client" | "poller" | "pollPace" | "signal"> & {
    readonly timeoutMs: number;
  },
): Promise<Removal> {
  const { pollPace, signal } = options;
  // The deadline also ends a call whose answer trickles.
  const client = options.client.with(deadline.signal);
  const poller = options.poller?.with(deadline.signal) ?? client;
  let deleteBuilds = 0;
  let cancelledBuild = "";
  let refusal: string | undefined;
  let answeredMs = performance.now();
  let reason = "";
  while (!signal.aborted) {
    const seen = await poller.workspace(id);
    if (failedWith(seen, 404, 410)) return { state: "gone" };
    let job: Job | undefined;
    if (!seen.ok) {
      // A request cut short by the deadline says less than the one before.
      if (reason === "" || seen.failure.kind !== "aborted") reason = seen.failure.message;
      if (performance.now() - answeredMs > GONE_AFTER_MS)
        return { state: "left", reason: `no answer for ${GONE_AFTER_MS / 1000} s: ${reason}` };
    } else {
      answeredMs = performance.now();
      const build = seen.value.latest_build;
      job = build.job;
      reason = `its ${build.transition} build is ${job.status}${job.error == null ? "" : `: ${job.error}`}`;
      if (isActive(job)) {
        if (build.transition !== "delete" && cancelledBuild !== build.id) {
          cancelledBuild = build.id;
          await client.cancelBuild(build.id);
        }
      } else {
        if (deleteBuilds++ === MAX_DELETE_BUILDS) return { state: "left", reason: refusal ?? reason };
        const deleted = await client.deleteWorkspace(id);
        refusal = deleted.ok ? undefined : deleted.failure.message;
        if (deleted.ok) job = deleted.value.job;
        else if (isFinal(deleted.failure)) return { state: "left", reason: deleted.failure.message };
      }
    }
    if (deadline.isOver())
      return { state: "left", reason: `still there after ${options.timeoutMs} ms: ${reason}` };
    const isQueued = job?.status === "pending";
    await pollPace
      .sleep(isQueued ? "queued" : "active", job?.queue_position ?? 0, deadline.signal)
      .catch(() => undefined);
  }
  return { state: "stopped" };
}

/**
 * Whether a repeated delete would get the same answer. Not after a conflict, since active builds end, and not
 * after an answer of a gateway in front of an absent Coder.
 */
function isFinal({ kind, status = 0 }: CoderFailure): boolean {
  return kind === "status" && status < 500 && ![404, 409, 410].includes(status);
}
