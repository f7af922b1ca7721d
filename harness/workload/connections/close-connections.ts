import { inTurns } from "../../tools/time/in-turns.ts";
import type { HeldConnection } from "./held-connection.ts";
import type { LoadContext } from "../context/load-context.ts";

/**
 * Closings at the same time: enough for a distant server, and few enough for other requests to get through.
 */
const UNDER_WAY = 256;

/** If the server answers closings later than this, the rest is closed at a constant rate. */
const PATIENCE_MS = 10_000;
const PAUSE_MS = 20;

/**
 * Closes the connections: the next one starts when the other side has closed an earlier one. Each closing is
 * work for the server, and thousands at once would block everybody else. A stopped load does not wait for
 * any.
 */
export async function closeConnections(
  { board, clock, signal }: Pick<LoadContext, "board" | "clock" | "signal">,
  opened: readonly Pick<HeldConnection, "session">[],
): Promise<void> {
  if (opened.length === 0) return;
  board.activity = "closing";
  let isPatient = !signal.aborted;
  const all = new AbortController();
  const impatience = clock
    .sleep(PATIENCE_MS, AbortSignal.any([all.signal, signal]))
    .catch(() => undefined)
    .then(() => (isPatient = false));
  await inTurns(opened, UNDER_WAY, async ({ session }) => {
    const closed = new Promise<void>((resolve) => session.close(resolve));
    await (isPatient ? Promise.race([closed, impatience]) : clock.sleep(PAUSE_MS));
  });
  all.abort(new Error("all are closed"));
}
