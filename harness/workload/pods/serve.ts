import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { findHosting } from "../remote/hosting.ts";
import { TASK_FILES } from "../remote/protocol.ts";
import { POD_EXIT } from "./pod-exit.ts";

const LOOK_MS = 500;
/** A client that is attached hears within this time that the task's process has gone. */
const GONE_MS = 10_000;

/**
 * The main process of a pod that hosts one task: keeps the pod until the task's folder was made and removed again, or
 * until nobody attends to it. Returns the pod's exit code. Nothing of this machine is needed for that.
 */
export async function servePod(tasks: string, unattendedMs: number): Promise<number> {
  const stop = new AbortController();
  process.on("SIGTERM", () => stop.abort());
  let folder: string | undefined;
  let sinceMs = performance.now();
  let ended: string | undefined;
  for (;;) {
    folder ??= findTask(tasks);
    // Nothing of a part that ends early may look like its result.
    if (stop.signal.aborted) return folder === undefined ? POD_EXIT.stoppedBefore : POD_EXIT.stopped;
    if (folder !== undefined && !existsSync(folder)) return POD_EXIT.done;
    const state = folder === undefined ? "unasked" : stateOf(folder);
    if (state !== ended) sinceMs = performance.now();
    ended = state;
    const waitedMs = performance.now() - sinceMs;
    if (state === "unasked" && waitedMs > unattendedMs) return POD_EXIT.unasked;
    if (state === "gone" && waitedMs > GONE_MS) return POD_EXIT.hostGone;
    if (
      folder !== undefined &&
      state === "finished" &&
      waitedMs > unattendedMs &&
      !isAttended(folder, unattendedMs)
    )
      return POD_EXIT.abandoned;
    await sleep(LOOK_MS, undefined, { signal: stop.signal }).catch(() => undefined);
  }
}

function findTask(tasks: string): string | undefined {
  const [name] = existsSync(tasks) ? readdirSync(tasks) : [];
  return name === undefined ? undefined : join(tasks, name);
}

/** A host that has ended has finished its task if its last event says so. */
function stateOf(folder: string): "working" | "finished" | "gone" {
  if (findHosting(folder).state !== "gone") return "working";
  try {
    const last = readFileSync(join(folder, TASK_FILES.events), "utf8").trimEnd().split("\n").at(-1) ?? "";
    return /^\{"type":"event","number":\d+,"event":\{"type":"(?:result|error)"/.test(last)
      ? "finished"
      : "gone";
  } catch {
    // The folder has just been removed.
    return "finished";
  }
}

/** By the file's own clock, which is this machine's. */
function isAttended(folder: string, forMs: number): boolean {
  const touched = statSync(join(folder, TASK_FILES.attended), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return performance.timeOrigin + performance.now() - touched < forMs;
}
