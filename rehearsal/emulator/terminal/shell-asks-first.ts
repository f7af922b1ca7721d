import type { Tty } from "./tty.ts";

/** Login shells that ask something before they read a command, or never do, by what a template calls them. */
export const FIRST: Readonly<Record<string, (tty: Tty, signal: AbortSignal) => Promise<void>>> = {
  /** A profile that reads a line. */
  question: async (tty, signal) => {
    tty.write("Which project do you work on? ");
    await tty.input.readLine(signal);
  },
  /** As zsh shows to users who have no configuration: keys choose, and none of them is a command. */
  menu: async (tty, signal) => {
    while (!signal.aborted) {
      tty.write(
        "(q) Quit and do nothing.\n(0) Exit, creating a configuration.\n--- Type one of the keys in parentheses --- ",
      );
      if ((await tty.input.readLine(signal)) === undefined) return;
    }
  },
  /** A banner, and then a shell as any other. */
  banner: async (tty) => {
    tty.write("Authorised users only. All activity is recorded.\n\n");
    await Promise.resolve();
  },
  /** An account that may not log in. */
  nologin: async (tty) => {
    tty.write("This account is currently not available.\n");
    tty.hangUp();
    await Promise.resolve();
  },
};
