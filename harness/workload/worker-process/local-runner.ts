import type { ChildProcess, ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { exhaustedBy } from "../../coder/http/exhausted.ts";
import { systemClock } from "../../tools/time/clock.ts";
import { childEnvironment } from "../../model/environment/child-environment.ts";
import { messageOf, RefbenchError } from "../../tools/error.ts";
import { WorkerLost } from "../../model/ports/worker-lost.ts";
import { readLines } from "../../tools/files/lines.ts";
import {
  type TaskKind,
  type TaskOf,
  type TaskOptions,
  type TaskResults,
  uniformRunner,
  type WorkerEvent,
  type WorkerRunner,
} from "../../model/ports/worker.ts";
import { countMemoryKills, findLoss, type ProcessEnd } from "./find-loss.ts";
import { LEAN_ALLOCATOR, LEAN_NODE } from "./lean-process.ts";
import { findOutcome, parseEvent } from "./worker-outcome.ts";
import { startPiped } from "./start-piped.ts";
import { type Silence, WorkerWatch } from "./worker-watch.ts";
import { builtProgram, programSource } from "../../model/programs.ts";

/** Time for a stopped worker to close 10,000 connections and report its result. */
const STOP_GRACE_MS = 20_000;
const KEPT_STDERR = 4000;

export interface LocalRunnerOptions {
  /** The shell's environment. The worker gets what `childEnvironment` passes on. @default this process's */
  readonly env?: NodeJS.ProcessEnv;
  /** How long a stopped worker may take before it is killed, in milliseconds. @default 20,000 */
  readonly stopGraceMs?: number;
  /** Path of the worker bundled into one file. @default the one compiled with this code, else its source through tsx */
  readonly program?: () => Promise<string>;
  /** The reactions to silence of the worker. */
  readonly silence?: Partial<Silence>;
  /** The whole command, instead of a program. */
  readonly command?: readonly [string, ...string[]];
}

/** Runs the worker as a child of this process. It ends with this process, because its stdin then ends. */
export function localWorkerRunner(options: LocalRunnerOptions = {}): WorkerRunner {
  return uniformRunner((task, taskOptions) => runWorker(task, options, taskOptions));
}

async function runWorker<K extends TaskKind>(
  task: TaskOf<K>,
  options: LocalRunnerOptions,
  { signal, onEvent, onWaiting, suffering }: TaskOptions,
): Promise<TaskResults[K]> {
  const command = options.command ?? (await workerCommand(options.program));
  const env = { ...LEAN_ALLOCATOR, ...childEnvironment("worker", options.env ?? process.env) };
  const killsBefore = countMemoryKills();
  const child = startPiped("the worker", command, { env });
  const ended = awaitEnd(child);
  // The child's death is reported by its exit; a write to a dead child must not crash the parent.
  child.stdin.on("error", () => undefined);
  let stderr = "";
  child.stderr.on(
    "data",
    (chunk: Buffer) => (stderr = (stderr + chunk.toString("utf8")).slice(-KEPT_STDERR)),
  );

  let hung: RefbenchError | undefined;
  using watch = new WorkerWatch({
    name: `process ${child.pid ?? "unknown"} of this machine`,
    task,
    clock: systemClock,
    silence: options.silence,
    onNote: (message) => onEvent({ type: "note", message }),
    onHung: (error) => {
      hung = error;
      child.kill("SIGKILL");
    },
  });
  watch.listen(true);

  child.stdin.write(`${JSON.stringify(task)}\n`);
  const release = passStopsOn(child, { signal, suffering }, options.stopGraceMs ?? STOP_GRACE_MS);
  try {
    let last: WorkerEvent | undefined;
    for await (const line of readLines(child.stdout as AsyncIterable<Buffer>)) {
      last = parseEvent(line);
      watch.hear(last);
      onEvent(last);
      if (last.type === "waiting")
        void Promise.resolve(onWaiting?.(last.before)).then(() => child.stdin.write('{"type":"go"}\n'));
    }
    const signalled = await ended;
    if (hung !== undefined) throw hung;
    const memoryKills = countMemoryKills() - killsBefore;
    return getResult(last, task.task, { ...signalled, stderr: stderr.trim(), memoryKills });
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  } finally {
    release();
  }
}

/**
 * Passes a stop, and the end of another part, on to the worker. A stopped worker is killed after
 * `graceMs`. Returns a function that ends this.
 */
function passStopsOn(
  child: ChildProcessWithoutNullStreams,
  { signal, suffering }: Pick<TaskOptions, "signal"> & { readonly suffering: AbortSignal | undefined },
  graceMs: number,
): () => void {
  let killTimer: NodeJS.Timeout | undefined;
  const stop = (): void => {
    child.stdin.write('{"type":"stop"}\n');
    killTimer = setTimeout(() => child.kill("SIGKILL"), graceMs);
  };
  const abort = (): void => {
    child.stdin.write(`${JSON.stringify({ type: "abort", why: messageOf(suffering?.reason) })}\n`);
  };
  if (suffering?.aborted === true) abort();
  else suffering?.addEventListener("abort", abort, { once: true });
  if (signal.aborted) stop();
  else signal.addEventListener("abort", stop, { once: true });
  return () => {
    signal.removeEventListener("abort", stop);
    suffering?.removeEventListener("abort", abort);
    clearTimeout(killTimer);
  };
}

async function workerCommand(program: LocalRunnerOptions["program"]): Promise<[string, ...string[]]> {
  const compiled = (await program?.()) ?? builtProgram("worker");
  const asSource = ["--import", import.meta.resolve("tsx"), programSource("worker")];
  return [process.execPath, ...LEAN_NODE, ...(compiled === undefined ? asSource : [compiled])];
}

async function awaitEnd(child: ChildProcess): Promise<{ readonly how: string; readonly signal?: string }> {
  try {
    const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
    return signal === null ? { how: `exit code ${code ?? "unknown"}` } : { how: `signal ${signal}`, signal };
  } catch (error) {
    const code = exhaustedBy(error) === undefined ? "worker" : "generator";
    throw new RefbenchError(code, `the worker cannot be started: ${String(error)}`, { cause: error });
  }
}

function getResult<K extends TaskKind>(
  last: WorkerEvent | undefined,
  kind: K,
  end: Omit<ProcessEnd, "signal"> & { readonly how: string; readonly signal?: string },
): TaskResults[K] {
  const result = findOutcome(last, kind);
  if (result !== undefined) return result;
  const { how, signal, stderr } = end;
  const loss = findLoss({ ...end, signal });
  const memory = loss === "memory" ? ", because the memory was used up" : "";
  const said = stderr === "" ? "its stderr is empty" : `its stderr: ${stderr}`;
  throw new WorkerLost(`the worker ended with ${how} before its result${memory}; ${said}`, { loss });
}
