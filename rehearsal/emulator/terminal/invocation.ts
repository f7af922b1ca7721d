import type { InputQueue } from "./input-queue.ts";
import type { ShellFault } from "./shell-faults.ts";
import type { Tty } from "./tty.ts";

/** Facts about a workspace for the commands that run in it. */
export interface WorkspaceHost {
  readonly hostname: string;
  readonly user: string;
  readonly env: Readonly<Record<string, string>>;
  /** Action of its login shell before it reads commands: a name of `FIRST`, or none. */
  readonly shell?: string;
  /** The fault of its interactive shells. */
  readonly fault?: ShellFault;
}

export interface Streams {
  readonly input: InputQueue;
  readonly out: (bytes: string | Buffer) => void;
  readonly err: (bytes: string | Buffer) => void;
  /** The terminal, if it runs on one. */
  readonly terminal?: Pick<Tty, "width" | "height" | "echo">;
}

/** The shell that runs a command: its state, which the command may change, and a way to run a script. */
export interface RunningShell {
  readonly host: WorkspaceHost;
  readonly env: Map<string, string>;
  cwd: string;
  status: number;
  /** Runs a script and returns its status, also when it ends by `exit`. */
  runToExit(script: string, streams: Streams, signal: AbortSignal): Promise<number>;
}

export interface Invocation extends Streams {
  readonly shell: RunningShell;
  readonly args: readonly string[];
  readonly signal: AbortSignal;
}

/** `exit`: ends the shell, not a failure. */
export class ExitShell extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`exit ${status}`);
    this.status = status;
  }
}
