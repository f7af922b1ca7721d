import { setImmediate } from "node:timers/promises";
import { inTurns } from "../../tools/time/in-turns.ts";

/**
 * How many start before the event loop turns, so that early answers are read while late requests are sent.
 */
const STARTED_PER_LOOP_TURN = 16;

/**
 * Runs `act` for each item: at most `concurrency` at a time, or all at once if it is 0. `act` receives the
 * instant of its turn. Latencies count from that instant: waiting for a turn follows from `concurrency`, not
 * from the deployment.
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
