import { RefbenchError } from "../tools/error.ts";

/** The user's signals, as a run obeys them. */
export interface Interrupts extends Disposable {
  /** Aborts at the first Ctrl-C, SIGTERM or SIGHUP: stop the load, then tear down. */
  readonly stop: AbortSignal;
  /** Aborts at the second Ctrl-C, or at SIGTERM or SIGHUP: leave the teardown to the reaper. */
  readonly leave: AbortSignal;
}

/** Listens for signals until disposed. */
export function listenForInterrupts(report: (message: string) => void): Interrupts {
  const stop = new AbortController();
  const leave = new AbortController();
  const onInterrupt = (): void => {
    if (stop.signal.aborted) {
      leave.abort(new RefbenchError("interrupted", "left to the reaper by a second Ctrl-C"));
      return;
    }
    report("stopping; the teardown follows (Ctrl-C again leaves it to the reaper)");
    stop.abort(new RefbenchError("interrupted", "stopped by Ctrl-C"));
  };
  const onEnd = (signal: NodeJS.Signals): void => {
    report(`${signal}: the teardown is left to the reaper`);
    stop.abort(new RefbenchError("interrupted", `stopped by ${signal}`));
    leave.abort(new RefbenchError("interrupted", `left to the reaper by ${signal}`));
  };
  process.on("SIGINT", onInterrupt);
  process.on("SIGTERM", onEnd);
  process.on("SIGHUP", onEnd);
  return {
    stop: stop.signal,
    leave: leave.signal,
    [Symbol.dispose]: () => {
      process.off("SIGINT", onInterrupt);
      process.off("SIGTERM", onEnd);
      process.off("SIGHUP", onEnd);
    },
  };
}
