import { type Clock, systemClock } from "../../tools/time/clock.ts";
import { RefbenchError } from "../../tools/error.ts";
import type { FindRunner } from "../../model/ports/runner.ts";
import {
  type TaskKind,
  type TaskOf,
  type TaskResults,
  uniformRunner,
  type WorkerEvent,
  type WorkerRunner,
} from "../../model/ports/worker.ts";
import { findOutcome } from "../worker-process/worker-outcome.ts";
import { openAttachment } from "./attachment.ts";
import { connectRunner } from "./connection.ts";
import { followTask, lostTask, type Received } from "./follow-task.ts";
import { attachCommand, type RemoteJob, planJob } from "./job.ts";
import { Listener } from "./listener.ts";
import { OutOfReach } from "./out-of-reach.ts";
import { Patience } from "./patience.ts";
import { StopControl } from "./stop-control.ts";
import { type Silence, WorkerWatch } from "../worker-process/worker-watch.ts";
import { openFiles } from "./remote-files.ts";
import { uploadProgram, uploadTask } from "./upload.ts";

export interface RemoteRunnerOptions {
  readonly findRunner: FindRunner;
  /** Path of the worker bundled into one file. */
  readonly program: () => Promise<string>;
  /** @default the system's */
  readonly clock?: Clock;
  /**
   * How long a new runner may take to answer: its start, SSH and Node take time. @default 10 minutes; 2 for a
   * drain, because the runner worked before
   */
  readonly readyMs?: number;
  /** How long a runner may be out of reach during a task. @default 5 minutes */
  readonly lostMs?: number;
  /** The task stops after this long without a sign of life from here. @default 15 minutes */
  readonly unattendedMs?: number;
  /** How long a stopped task may take to give its result, in milliseconds. @default 20,000 */
  readonly stopGraceMs?: number;
  /** The reactions to silence of the worker. */
  readonly silence?: Partial<Silence>;
}

const MINUTE_MS = 60_000;
const ACK_EVERY_MS = 5000;
const LAST_ACK_TRIES = 4;

/**
 * Runs the worker on the load runner, over SSH through the cloud's tunnel. The task outlives each connection.
 * Its events wait on the runner until they are acknowledged, so a lost tunnel loses nothing.
 */
export function remoteWorkerRunner(options: RemoteRunnerOptions): WorkerRunner {
  return uniformRunner((task, { signal, onEvent }) => runRemotely(task, options, signal, onEvent));
}

async function runRemotely<K extends TaskKind>(
  task: TaskOf<K>,
  options: RemoteRunnerOptions,
  signal: AbortSignal,
  onEvent: (event: WorkerEvent) => void,
): Promise<TaskResults[K]> {
  const stopGraceMs = options.stopGraceMs ?? 20_000;
  const unattendedMs = options.unattendedMs ?? 15 * MINUTE_MS;
  const access = await options.findRunner(signal);
  const job = await planJob(access, await options.program(), { task, unattendedMs, stopGraceMs });
  using stop = new StopControl(signal, stopGraceMs);
  const clock = options.clock ?? systemClock;
  let reconnect = (): void => undefined;
  using watch = new WorkerWatch({
    ...{ name: access.name, task, clock, silence: options.silence },
    onNote: (message) => listener.hear({ type: "note", message }),
    onHung: (error) => stop.abandon(error),
    onReconnect: () => reconnect(),
  });
  const listener = new Listener(onEvent, () => stop.kill());
  const patience = new Patience({
    name: access.name,
    clock,
    readyMs: options.readyMs ?? (task.task === "drain" ? 2 : 10) * MINUTE_MS,
    lostMs: options.lostMs ?? 5 * MINUTE_MS,
    onNote: (message) => listener.hear({ type: "note", message }),
  });
  const ackEveryMs = Math.min(ACK_EVERY_MS, unattendedMs / 3);
  const received = await receiveAll({
    ...{ job, ackEveryMs, stop, patience, listener, watch },
    onConnected: (close) => (reconnect = close),
  });
  listener.throwIfBroken();
  const result = findOutcome(received.last, task.task);
  if (result !== undefined) return result;
  throw new RefbenchError("worker", `${access.name} answered a ${task.task} task with another task's result`);
}

/** Reconnects until the last event has arrived and the runner has its acknowledgement. */
async function receiveAll(attendance: Attendance): Promise<Received> {
  const { stop, patience, listener } = attendance;
  const received: Received = { number: 0, last: undefined, isComplete: false };
  let ackTries = LAST_ACK_TRIES;
  for (;;) {
    try {
      await attendOnce(attendance, received);
      return received;
    } catch (error) {
      listener.throwIfBroken();
      // Remains of the task on the runner go with the runner.
      if (received.isComplete && (stop.giveUp.aborted || --ackTries === 0)) return received;
      stop.throwIfAbandoned();
      stop.giveUp.throwIfAborted();
      if (!(error instanceof OutOfReach)) throw error;
      await patience.waitAfter(error, stop.giveUp);
    }
  }
}

interface Attendance {
  readonly job: RemoteJob;
  readonly ackEveryMs: number;
  readonly stop: StopControl;
  readonly patience: Patience;
  readonly listener: Listener;
  readonly watch: WorkerWatch;
  /** Receives a function that closes this connection from outside, so that the next one is made. */
  readonly onConnected: (close: () => void) => void;
}

/**
 * How long a connection may take until it is attached to the worker: the program has some MiB, and tunnels
 * are slow.
 */
const SET_UP_MS = 5 * MINUTE_MS;

/**
 * One connection. Uploads what is missing, then follows the task until it is removed. The task contains
 * secrets, so it is sent only after the program has answered: before that, the machine may have no suitable
 * Node.
 */
async function attendOnce(attendance: Attendance, received: Received): Promise<void> {
  const { job, ackEveryMs, stop, patience, listener, watch } = attendance;
  using connection = await connectRunner(job.access, stop.giveUp);
  attendance.onConnected(() => connection.drop("nothing arrives over this connection, trying another"));
  // A machine may accept SSH although nothing behind it works.
  const setUp = setTimeout(
    () =>
      connection.drop(`it accepts SSH but did not start the task within ${SET_UP_MS / MINUTE_MS} minutes`),
    SET_UP_MS,
  );
  try {
    const files = await openFiles(connection);
    await uploadProgram(files, job);
    const follow = async (): Promise<"removed" | "missing"> =>
      followTask(await openAttachment(connection, attachCommand(job, received.number + 1)), received, {
        name: job.access.name,
        stop,
        ackEveryMs,
        onAttached: () => {
          clearTimeout(setUp);
          watch.listen(true);
        },
        onEvent: (event) => {
          // Not earlier: a worker that attaches and dies at once, for example on a full disk, would be
          // retried for ever.
          patience.wasReached();
          watch.hear(event);
          listener.hear(event);
        },
      });
    if ((await follow()) === "removed") return;
    // The last acknowledgement had arrived, but not its answer.
    if (received.isComplete) return;
    if (received.number > 0) throw lostTask(job.access.name, "its files no longer exist");
    stop.taskIsSent();
    await uploadTask(files, job);
    if ((await follow()) === "missing") throw new OutOfReach("the task was sent but did not arrive");
  } finally {
    clearTimeout(setUp);
    watch.listen(false);
  }
}
