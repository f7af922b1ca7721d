import { RefbenchError } from "../tools/error.ts";

/** What the user's signals mean for a load. */
export interface LoadInterrupts extends Disposable {
  /** Aborts at the first: the load stops and what it made is deleted. */
  readonly stop: AbortSignal;
  /** Aborts at the second: the command leaves at once. */
  readonly leave: AbortSignal;
  /** Resolves with the second. */
  readonly left: Promise<"left">;
}

/** Listens for signals until disposed. */
export function listenForLoadInterrupts(
  tell: (message: string) => void,
  /** Says what the second one leaves undone. */
  cleanup: string,
): LoadInterrupts {
  const stop = new AbortController();
  const leave = new AbortController();
  const onSignal = (signal: NodeJS.Signals): void => {
    if (!stop.signal.aborted) {
      tell("stopping; what was made is deleted (Ctrl-C again leaves at once)");
      stop.abort(new RefbenchError("interrupted", `stopped by ${signal}`));
    } else if (!leave.signal.aborted) {
      tell(`left before the cleanup's end; delete what is there with\n  ${cleanup}`);
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
