import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { exhaustedBy } from "../../coder/http/exhausted.ts";
import { systemClock } from "../../tools/time/clock.ts";
import { childEnvironment } from "../../model/environment/child-environment.ts";
import { messageOf, RefbenchError } from "../../tools/error.ts";
import { readLines } from "../../tools/files/lines.ts";
import type { WorkerEvent, WorkerResult, WorkerRunner } from "../../model/ports/worker.ts";
import type { WorkerTask } from "../../model/ports/worker-task.ts";
import { LEAN_ALLOCATOR, LEAN_NODE } from "./lean-process.ts";
import { outcomeOf, parseEvent } from "./worker-outcome.ts";
import { startPiped } from "./start-piped.ts";
import { type Silence, WorkerWatch } from "./worker-watch.ts";
import { programSource } from "../../model/programs.ts";

/** Time for a stopped shard to close 10,000 connections and to say its result. */
const STOP_GRACE_MS = 20_000;
const KEPT_STDERR = 4000;

export interface LocalRunnerOptions {
  /** The shell's environment, of which the shard gets what `childEnvironment` passes on. @default this process's */
  readonly env?: NodeJS.ProcessEnv;
  /** How long a stopped shard may take before it is killed. @default 20,000 */
  readonly stopGraceMs?: number;
  /** Path of the shard program bundled into one file. @default shard.ts beside this file, through tsx */
  readonly program?: () => Promise<string>;
  /** What is done at which silence of the shard. */
  readonly silence?: Partial<Silence>;
  /** The whole command, in place of a program. */
  readonly command?: readonly [string, ...string[]];
}

/** Runs the shard program as a child of this process; it ends with it, since its stdin then ends. */
export function localWorkerRunner(options: LocalRunnerOptions = {}): WorkerRunner {
  return { run: (task, runOptions) => runShard(task, options, runOptions) };
}

async function runShard(
  task: WorkerTask,
  options: LocalRunnerOptions,
  { signal, onEvent, onWaiting, suffering }: Parameters<WorkerRunner["run"]>[1],
): Promise<WorkerResult> {
  const command = options.command ?? (await shardCommand(options.program));
  const env = { ...LEAN_ALLOCATOR, ...childEnvironment("worker", options.env ?? process.env) };
  const child = startPiped("the worker", command, { env });
  const ended = endOf(child);
  // Its death shows in the exit; a write to a dead child must not crash the parent.
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

  let killTimer: NodeJS.Timeout | undefined;
  const stop = (): void => {
    child.stdin.write('{"type":"stop"}\n');
    killTimer = setTimeout(() => child.kill("SIGKILL"), options.stopGraceMs ?? STOP_GRACE_MS);
  };
  child.stdin.write(`${JSON.stringify(task)}\n`);
  const abort = (): void => {
    child.stdin.write(`${JSON.stringify({ type: "abort", why: messageOf(suffering?.reason) })}\n`);
  };
  if (suffering?.aborted === true) abort();
  else suffering?.addEventListener("abort", abort, { once: true });
  if (signal.aborted) stop();
  else signal.addEventListener("abort", stop, { once: true });

  try {
    let last: WorkerEvent | undefined;
    for await (const line of readLines(child.stdout as AsyncIterable<Buffer>)) {
      last = parseEvent(line);
      watch.hear(last);
      onEvent(last);
      if (last.type === "waiting")
        void Promise.resolve(onWaiting?.(last.before)).then(() => child.stdin.write('{"type":"go"}\n'));
    }
    const end = await ended;
    if (hung !== undefined) throw hung;
    return resultOf(last, task, end, stderr);
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  } finally {
    signal.removeEventListener("abort", stop);
    suffering?.removeEventListener("abort", abort);
    clearTimeout(killTimer);
  }
}

async function shardCommand(program: LocalRunnerOptions["program"]): Promise<[string, ...string[]]> {
  const asSource = ["--import", import.meta.resolve("tsx"), programSource("worker")];
  return [process.execPath, ...LEAN_NODE, ...(program === undefined ? asSource : [await program()])];
}

async function endOf(child: ChildProcess): Promise<string> {
  try {
    const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
    return signal === null ? `exit code ${code ?? "unknown"}` : `signal ${signal}`;
  } catch (error) {
    const code = exhaustedBy(error) === undefined ? "shard" : "generator";
    throw new RefbenchError(code, `the shard program cannot be started: ${String(error)}`, { cause: error });
  }
}

function resultOf(
  last: WorkerEvent | undefined,
  task: WorkerTask,
  end: string,
  stderr: string,
): WorkerResult {
  const result = outcomeOf(last, task);
  if (result !== undefined) return result;
  const said = stderr.trim() === "" ? "it said nothing on stderr" : `it said: ${stderr.trim()}`;
  throw new RefbenchError("shard", `the shard program ended with ${end} before its result; ${said}`);
}
