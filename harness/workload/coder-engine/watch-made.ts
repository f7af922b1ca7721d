import { agentsOf, type Workspace } from "../../coder/http/schemas.ts";
import { listWorkspaces } from "../context/listing.ts";
import type { LoadContext } from "../context/load-context.ts";
import { UTILITY_PREFIX } from "./find-made.ts";

const LEAST_PAUSE_MS = 2000;
/** Listing must not become part of the load: it takes at most a fiftieth of the time. */
const PAUSE_PER_LISTING = 50;

/** Shows what the utility has made so far, because it reports nothing until its end. Ends with the signal. */
export async function watchMade(
  load: LoadContext,
  before: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const startedMs = performance.now();
    const listed = await listWorkspaces(load.admin);
    if (listed.ok)
      show(
        load,
        listed.value.filter(({ id, name }) => name.startsWith(UTILITY_PREFIX) && !before.has(id)),
      );
    const pauseMs = Math.max(LEAST_PAUSE_MS, (performance.now() - startedMs) * PAUSE_PER_LISTING);
    await load.clock.sleep(pauseMs, signal).catch(() => undefined);
  }
}

function show({ board, task }: LoadContext, made: readonly Workspace[]): void {
  const seen = { queued: 0, building: 0, ready: 0, failed: 0 };
  for (const workspace of made) seen[seenState(workspace)]++;
  board.users = made.length;
  Object.assign(board.workspaces, { waiting: Math.max(0, task.workspaces - made.length), ...seen });
}

function seenState(workspace: Workspace): "queued" | "building" | "ready" | "failed" {
  const { status } = workspace.latest_build.job;
  if (status === "pending") return "queued";
  if (status === "failed" || status === "canceled") return "failed";
  const isReady =
    status === "succeeded" && agentsOf(workspace).every((agent) => agent.status === "connected");
  return isReady ? "ready" : "building";
}
