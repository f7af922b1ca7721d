/** What a command may touch of the process it runs in, so that tests can give it another. */
export interface Io {
  /** The result. */
  readonly stdout: NodeJS.WritableStream;
  /** The progress. */
  readonly stderr: NodeJS.WritableStream;
  /** The progress stream as it is, for live lines alone: they move the cursor. Absent = `stderr`. */
  readonly terminal?: NodeJS.WritableStream;
  /** Lets commands in a text begin as the user started refbench. `stdout` and `stderr` do it themselves. Absent = as they are. */
  readonly suggest?: (text: string) => string;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** Sets the exit code of the command; the process ends when the command returns. */
  readonly exit: (code: number) => void;
}
