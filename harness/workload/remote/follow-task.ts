import { RefbenchError } from "../../tools/error.ts";
import { WorkerLost } from "../../model/ports/worker-lost.ts";
import type { WorkerEvent } from "../../model/ports/worker.ts";
import { OutOfReach } from "./out-of-reach.ts";
import type { Attachment } from "./attachment.ts";
import { isLast, type NumberedEvent } from "./protocol.ts";
import type { ClockRounds } from "./clock-rounds.ts";
import type { PartSignals } from "./part-signals.ts";
import type { StopControl } from "./stop-control.ts";

/** The events received for a task so far, over all connections. */
export interface Received {
  /** Number of the last event that was passed on. */
  number: number;
  last: WorkerEvent | undefined;
  isComplete: boolean;
}

/**
 * Passes on the events of one connection, each number once, and acknowledges them, until the runner has
 * removed the task or has none. Throws `OutOfReach` if the connection ends first, and a `RefbenchError` if
 * the task's host is gone.
 */
export async function followTask(
  attachment: Attachment,
  received: Received,
  options: {
    readonly name: string;
    readonly stop: StopControl;
    readonly others: PartSignals;
    readonly clock: ClockRounds;
    /** How often an acknowledgement is sent as a sign of life, in milliseconds. */
    readonly ackEveryMs: number;
    readonly onAttached: () => void;
    readonly onEvent: (event: WorkerEvent, number: number) => void;
  },
): Promise<"removed" | "missing"> {
  const acknowledge = (): void => attachment.send({ type: "ack", number: received.number });
  const { stop, others, clock } = options;
  const heart = setInterval(() => {
    acknowledge();
    clock.ask(attachment);
  }, options.ackEveryMs);
  stop.attach(attachment);
  acknowledge();
  try {
    for await (const line of attachment.lines) {
      switch (line.type) {
        case "attached":
          options.onAttached();
          // Not earlier: without a task there is nobody to take them.
          others.attach(attachment);
          clock.attach(attachment);
          break;
        case "time":
          clock.answered(line, attachment);
          break;
        case "event":
          if (!take(line, received)) break;
          options.onEvent(line.event, line.number);
          if (received.isComplete) acknowledge();
          break;
        case "removed":
        case "missing":
          return line.type;
        case "gone":
          throw lostTask(options.name, `its worker ended without a result; ${quoteOutput(line.said)}`);
      }
    }
    throw new OutOfReach("the worker on the runner ended unexpectedly");
  } finally {
    clearInterval(heart);
    stop.detach();
    others.detach();
  }
}

/** Whether an event is new. */
function take(line: NumberedEvent, received: Received): boolean {
  if (line.number <= received.number) return false;
  if (line.number !== received.number + 1) {
    const message = `the runner sent event ${line.number} after event ${received.number}: expected the next number`;
    throw new RefbenchError("worker", message);
  }
  received.number = line.number;
  received.last = line.event;
  received.isComplete = isLast(line);
  return true;
}

function quoteOutput(said: string): string {
  return said === "" ? "its output is empty" : `its output: ${said}`;
}

/** The error for a task that cannot be continued. */
export function lostTask(name: string, what: string): WorkerLost {
  return new WorkerLost(`${name} lost its task: ${what}`, { loss: "unknown" });
}
