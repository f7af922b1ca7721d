import { RefbenchError } from "../../model/error.ts";
import type { ShardEvent } from "../../model/shard.ts";
import type { Attachment } from "./attachment.ts";
import { ACK_EVERY_MS, isLast, type NumberedEvent } from "./protocol.ts";
import type { StopControl } from "./stop-control.ts";

/** What has come of a task so far, over all connections. */
export interface Received {
  /** Number of the last event that was handed on. */
  number: number;
  last: ShardEvent | undefined;
  isComplete: boolean;
}

/**
 * Hands on the events of one connection, each number once, and acknowledges them; returns when the runner has removed
 * the task. Throws a plain error when the connection ended first, and a `RefbenchError` when the task is lost.
 */
export async function followTask(
  attachment: Attachment,
  received: Received,
  options: {
    readonly name: string;
    readonly stop: StopControl;
    readonly onAttached: () => void;
    readonly onEvent: (event: ShardEvent) => void;
  },
): Promise<void> {
  const acknowledge = (): void => attachment.send({ type: "ack", number: received.number });
  const heart = setInterval(acknowledge, ACK_EVERY_MS);
  options.stop.attach(attachment);
  acknowledge();
  try {
    for await (const line of attachment.lines) {
      switch (line.type) {
        case "attached":
          options.onAttached();
          break;
        case "event":
          if (!take(line, received)) break;
          options.onEvent(line.event);
          if (received.isComplete) acknowledge();
          break;
        case "removed":
          return;
        case "missing":
          // The last acknowledgement arrived, its answer did not.
          if (received.isComplete) return;
          throw lost(options.name, "the task's folder is not there any more");
        case "gone":
          throw lost(
            options.name,
            `the process of the shard is gone without a result; ${sayingOf(line.said)}`,
          );
      }
    }
  } finally {
    clearInterval(heart);
    options.stop.detach();
  }
}

/** Whether an event is new. */
function take(line: NumberedEvent, received: Received): boolean {
  if (line.number <= received.number) return false;
  if (line.number !== received.number + 1) {
    const message = `the runner sent event ${line.number} after event ${received.number}: expected the next number`;
    throw new RefbenchError("shard", message);
  }
  received.number = line.number;
  received.last = line.event;
  received.isComplete = isLast(line);
  return true;
}

function sayingOf(said: string): string {
  return said === "" ? "it said nothing" : `it said: ${said}`;
}

function lost(name: string, what: string): RefbenchError {
  return new RefbenchError("shard", `${name} lost its task: ${what}`);
}
