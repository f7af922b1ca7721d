import { inTurns } from "../../tools/time/in-turns.ts";
import type { HeldConnection } from "./held-connection.ts";
import type { LoadContext } from "../context/load-context.ts";

/** Closings under way at once: enough for a far server, and few enough that others' requests get in between. */
const UNDER_WAY = 256;

/** A server that answers its closings later than this is not waited for: the rest is closed at a constant rate. */
const PATIENCE_MS = 10_000;
const PAUSE_MS = 20;

/**
 * Closes the connections, the next one as soon as the other side has let go of one: a server has work with each, and
 * thousands at once would keep everybody else waiting. A load that is stopped waits for none of them.
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
