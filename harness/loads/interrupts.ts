import { RefbenchError } from "../tools/error.ts";

/** The effect of the user's signals on a load. */
export interface LoadInterrupts extends Disposable {
  /** Aborts at the first signal: the load stops, and everything that it created is deleted. */
  readonly stop: AbortSignal;
  /** Aborts at the second signal: the command ends immediately. */
  readonly leave: AbortSignal;
  /** Resolves at the second signal. */
  readonly left: Promise<"left">;
}

/** Listens for signals until disposed. */
export function listenForLoadInterrupts(
  report: (message: string) => void,
  /** The command that deletes what the second signal leaves. */
  cleanup: string,
): LoadInterrupts {
  const stop = new AbortController();
  const leave = new AbortController();
  const onSignal = (signal: NodeJS.Signals): void => {
    if (!stop.signal.aborted) {
      report("stopping; everything that was created is deleted (Ctrl-C again ends immediately)");
      stop.abort(new RefbenchError("interrupted", `stopped by ${signal}`));
    } else if (!leave.signal.aborted) {
      report(`ended before the cleanup was complete; delete the rest with\n  ${cleanup}`);
      leave.abort(new RefbenchError("interrupted", `left by a second ${signal}`));
    }
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, onSignal);
  return {
    stop: stop.signal,
    leave: leave.signal,
    left: new Promise((resolve) =>
      leave.signal.addEventListener("abort", () => resolve("left"), { once: true }),
    ),
    [Symbol.dispose]: () => {
      for (const signal of signals) process.off(signal, onSignal);
    },
  };
}
