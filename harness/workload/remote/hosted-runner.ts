import { type Clock, systemClock } from "../../tools/time/clock.ts";
import { RefbenchError } from "../../tools/error.ts";
import type { TaskKind, TaskOf, TaskOptions, TaskResults } from "../../model/ports/worker.ts";
import { findOutcome } from "../worker-process/worker-outcome.ts";
import { ClockRounds } from "./clock-rounds.ts";
import { followTask, lostTask, type Received } from "./follow-task.ts";
import { Listener } from "./listener.ts";
import { OutOfReach } from "./out-of-reach.ts";
import { PartSignals } from "./part-signals.ts";
import { Patience } from "./patience.ts";
import { StopControl } from "./stop-control.ts";
import { type Silence, WorkerWatch } from "../worker-process/worker-watch.ts";
import type { OpenHost, TaskHost } from "./task-host.ts";

export interface HostedOptions {
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
 * Runs a task at a place that hosts it. The task outlives each connection. Its events wait there until they are
 * acknowledged, so a lost connection loses nothing.
 */
export async function runHosted<K extends TaskKind>(
  task: TaskOf<K>,
  { signal, onEvent, ...parts }: TaskOptions,
  options: HostedOptions & {
    readonly openHost: OpenHost;
    /** Measures how far the clock of the place is from this machine's. */
    readonly rounds?: ClockRounds;
  },
): Promise<TaskResults[K]> {
  const stopGraceMs = options.stopGraceMs ?? 20_000;
  const unattendedMs = options.unattendedMs ?? 15 * MINUTE_MS;
  const host = await options.openHost({ task, unattendedMs, stopGraceMs }, signal);
  using stop = new StopControl(signal, stopGraceMs);
  using others = new PartSignals(parts);
  const rounds = options.rounds ?? new ClockRounds();
  const clock = options.clock ?? systemClock;
  let reconnect = (): void => undefined;
  using watch = new WorkerWatch({
    ...{ name: host.name, task, clock, silence: options.silence },
    onNote: (message) => listener.hear({ type: "note", message }),
    onHung: (error) => stop.abandon(error),
    onReconnect: () => reconnect(),
  });
  const listener = new Listener(onEvent, () => stop.kill());
  const patience = new Patience({
    name: host.name,
    clock,
    readyMs: options.readyMs ?? (task.task === "drain" ? 2 : 10) * MINUTE_MS,
    lostMs: options.lostMs ?? 5 * MINUTE_MS,
    onNote: (message) => listener.hear({ type: "note", message }),
  });
  const ackEveryMs = Math.min(ACK_EVERY_MS, unattendedMs / 3);
  const received = await receiveAll({
    ...{ host, ackEveryMs, stop, others, rounds, patience, listener, watch },
    onConnected: (close) => (reconnect = close),
  });
  listener.throwIfBroken();
  const result = findOutcome(received.last, task.task);
  if (result !== undefined) return result;
  throw new RefbenchError("worker", `${host.name} answered a ${task.task} task with another task's result`);
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
  readonly host: TaskHost;
  readonly ackEveryMs: number;
  readonly stop: StopControl;
  readonly others: PartSignals;
  readonly rounds: ClockRounds;
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
  const { host, stop, patience, listener, watch, others } = attendance;
  using connection = await host.connect(stop.giveUp);
  attendance.onConnected(() => connection.drop("nothing arrives over this connection, trying another"));
  // A place may accept connections although nothing behind them works.
  const setUp = setTimeout(
    () =>
      connection.drop(
        `it accepts connections but did not start the task within ${SET_UP_MS / MINUTE_MS} minutes`,
      ),
    SET_UP_MS,
  );
  try {
    await connection.bringProgram();
    const follow = async (): Promise<"removed" | "missing"> =>
      followTask(await connection.attach(received.number + 1), received, {
        ...{ name: host.name, stop, others, clock: attendance.rounds, ackEveryMs: attendance.ackEveryMs },
        onAttached: () => {
          clearTimeout(setUp);
          watch.listen(true);
        },
        onEvent: (event, number) => {
          // Not earlier: a worker that attaches and dies at once, for example on a full disk, would be
          // retried for ever.
          patience.wasReached();
          watch.hear(event);
          listener.hear(event);
          if (event.type === "waiting") others.waits(number, event.before);
        },
      });
    if ((await follow()) === "removed") return;
    // The last acknowledgement had arrived, but not its answer.
    if (received.isComplete) return;
    if (received.number > 0) throw lostTask(host.name, "its files no longer exist");
    stop.taskIsSent();
    await connection.bringTask();
    if ((await follow()) === "missing") throw new OutOfReach("the task was sent but did not arrive");
  } finally {
    clearTimeout(setUp);
    watch.listen(false);
  }
}
