import { setImmediate } from "node:timers/promises";
import { inTurns } from "../../tools/time/in-turns.ts";

/** So many are started before the event loop turns, so that answers to the first are read while the last are sent. */
const STARTED_PER_LOOP_TURN = 16;

/**
 * Does something with each of a list: at most `concurrency` at a time, or with all at once when it is 0. `act` gets the
 * instant at which its turn came. A latency counts from that instant: waiting for a turn is what `concurrency` asks for,
 * and says nothing of the deployment.
 */
export async function takeTurns<T>(
  list: readonly T[],
  concurrency: number,
  act: (one: T, dueMs: number) => Promise<void>,
): Promise<void> {
  if (concurrency > 0) {
    await inTurns(list, concurrency, (one) => act(one, performance.now()));
    return;
  }
  let started = Promise.resolve();
  await Promise.all(
    list.map((one, index) => {
      if (index > 0 && index % STARTED_PER_LOOP_TURN === 0) started = started.then(() => setImmediate());
      return started.then(() => act(one, performance.now()));
    }),
  );
}
