import { pace } from "../generator/pacer.ts";
import { closingPerSecond } from "./closing-rate.ts";
import type { HeldConnection } from "./held-connection.ts";
import { inGroups } from "./tick-groups.ts";
import { type Hold, verify } from "./verify.ts";

/**
 * Asks open connections for a last nonce, paced, until every answer has come or is overdue. A ping goes with it, so that
 * a dead socket is found before its nonce is overdue.
 */
export async function closingRound(hold: Hold, open: readonly HeldConnection[]): Promise<void> {
  const { load, liveness } = hold;
  load.board.activity = "verifying connections";
  const answers: Promise<void>[] = [];
  const perSecond = closingPerSecond(load.task, open.length);
  const schedule = { dueAtMs: inGroups(perSecond), count: open.length };
  await pace({ ...schedule, signal: load.signal, slip: load.health.slip.hold }, (index, dueMs) => {
    const connection = open[index];
    if (connection === undefined) return;
    answers.push(verify(hold, connection, { phase: "closing-command", dueMs }));
    liveness.suspect(connection);
  });
  await Promise.race([Promise.all(answers), load.stopped]);
  await liveness.settled();
}
