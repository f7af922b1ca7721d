/** The parts of the process that a command may use, so that tests can replace them. */
export interface Io {
  /** The result. */
  readonly stdout: NodeJS.WritableStream;
  /** The progress. */
  readonly stderr: NodeJS.WritableStream;
  /** The unchanged progress stream, only for live lines, which move the cursor. Absent = `stderr`. */
  readonly terminal?: NodeJS.WritableStream;
  /** Rewrites commands in a text to begin as the user started refbench; `stdout` and `stderr` do it themselves. Absent = unchanged. */
  readonly suggest?: (text: string) => string;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** Sets the exit code of the command; the process ends when the command returns. */
  readonly exit: (code: number) => void;
}
