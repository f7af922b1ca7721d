import { expect, test } from "vitest";
import { ShellSession } from "../../../../harness/coder/shell-session.ts";
import { closeConnections } from "../../../../harness/workload/connections/close-connections.ts";
import { ProgressBoard } from "../../../../harness/workload/context/progress-board.ts";
import type { Clock } from "../../../../harness/tools/time/clock.ts";

/** The most closings under way at which a server still answers others in time, at one closing each half millisecond. */
const MOST_UNDER_WAY = 600;

/** A clock on which sleepers wait until it is moved on. */
function heldClock(): Clock & { advance(ms: number): void } {
  let now = 0;
  const sleepers = new Set<{ readonly atMs: number; readonly wake: () => void }>();
  return {
    now: () => now,
    elapsed: () => now,
    sinceBoot: () => ({ boot: "one", ms: now }),
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const sleeper = { atMs: now + ms, wake: resolve };
        sleepers.add(sleeper);
        signal?.addEventListener("abort", () => {
          sleepers.delete(sleeper);
          reject(signal.reason as Error);
        });
      }),
    advance: (ms) => {
      now += ms;
      for (const sleeper of sleepers) if (sleeper.atMs <= now && sleepers.delete(sleeper)) sleeper.wake();
    },
  };
}

/** Connections to a server that closes one when the test asks for it. */
function standing(count: number) {
  const underWay: (() => void)[] = [];
  let closed = 0;
  const opened = Array.from({ length: count }, () => ({
    session: new ShellSession("terminal", {
      write: () => undefined,
      close: (onClosed) => {
        closed++;
        underWay.push(onClosed);
      },
      destroy: () => undefined,
      ping: () => undefined,
    }),
  }));
  return { opened, underWay, closed: () => closed };
}

function closing(count: number, signal = new AbortController().signal) {
  const clock = heldClock();
  const board = new ProgressBoard(() => undefined, 0);
  const server = standing(count);
  let isOver = false;
  const over = closeConnections({ board, clock, signal }, server.opened).then(() => {
    board.stop();
    isOver = true;
  });
  return { ...server, clock, over, isOver: () => isOver };
}

/** Lets everything happen that waits for nothing. */
async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

test("each is closed, the next ones only when the server has closed others", async () => {
  const { underWay, closed, over } = closing(10_000);
  let most = 0;
  for (let round = 0; underWay.length > 0; round++) {
    most = Math.max(most, underWay.length);
    const letGo = underWay.splice(0, 1 + (round % 60));
    const before = closed();
    for (const each of letGo) each();
    await settled();
    expect(closed() - before).toBe(Math.min(letGo.length, 10_000 - before));
  }
  await over;
  expect(closed()).toBe(10_000);
  expect(most).toBeLessThanOrEqual(MOST_UNDER_WAY);
  expect(most).toBeGreaterThan(50);
});

test("a server that closes none is not waited for long", async () => {
  const { clock, closed, isOver } = closing(10_000);
  await settled();
  expect(closed()).toBeLessThanOrEqual(MOST_UNDER_WAY);
  for (let waitedMs = 0; waitedMs < 15_000 && !isOver(); waitedMs += 20) {
    clock.advance(20);
    await settled();
  }
  expect([closed(), isOver()]).toEqual([10_000, true]);
});

test("a load that is stopped waits for no answer, and still closes all", async () => {
  const stop = new AbortController();
  const { clock, closed, isOver } = closing(2_000, stop.signal);
  await settled();
  stop.abort(new Error("Ctrl-C"));
  for (let waitedMs = 0; waitedMs < 1_000 && !isOver(); waitedMs += 20) {
    clock.advance(20);
    await settled();
  }
  expect([closed(), isOver()]).toEqual([2_000, true]);
});

test("an ended connection needs no closing", async () => {
  const { opened, over, underWay, closed } = closing(0);
  await over;
  const board = new ProgressBoard(() => undefined, 0);
  const ended = standing(3);
  for (const { session } of ended.opened) session.end("gone");
  await closeConnections({ board, clock: heldClock(), signal: new AbortController().signal }, ended.opened);
  board.stop();
  expect([opened.length, underWay.length, closed(), ended.closed()]).toEqual([0, 0, 0, 0]);
});
