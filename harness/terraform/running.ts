import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { z } from "zod";
import { systemClock } from "../model/clock.ts";
import { linesIn } from "../model/lines.ts";
import { processStart } from "../model/process-start.ts";

const FILE_NAME = ".refbench-terraform.json";
const POLL_MS = 200;

const running = z.object({
  pid: z.number().int().positive(),
  /** Pids are reused: only with the same start time is it the same process. */
  startTime: z.string(),
  command: z.string(),
  interrupted: z.boolean(),
  /** File in the stack's folder that it writes to. */
  output: z.string(),
});
type Running = z.infer<typeof running>;

/** The mark in a stack's folder that a terraform works there, so that whoever comes after a killed run can wait for it. */
export class RunningMark {
  readonly #path: string;
  #state: Running;

  private constructor(directory: string, state: Running) {
    this.#path = join(directory, FILE_NAME);
    this.#state = state;
    this.#write();
  }

  static set(
    directory: string,
    { pid, ...about }: Pick<Running, "pid" | "command" | "output">,
  ): RunningMark | undefined {
    const startTime = processStart(pid);
    if (startTime === undefined) return undefined;
    return new RunningMark(directory, { pid, startTime, interrupted: false, ...about });
  }

  /** Noted before the signal is sent: a second SIGINT would make Terraform drop its state. */
  interrupted(): void {
    this.#state = { ...this.#state, interrupted: true };
    this.#write();
  }

  remove(): void {
    rmSync(this.#path, { force: true });
  }

  #write(): void {
    writeFileSync(`${this.#path}.new`, JSON.stringify(this.#state), { mode: 0o600 });
    renameSync(`${this.#path}.new`, this.#path);
  }
}

/**
 * Ends the terraform that a killed run left working in this folder: one SIGINT, unless it had one, then its own end.
 * Its state is then complete, and the next command does not meet its lock.
 */
export async function endOrphan(
  directory: string,
  signal: AbortSignal,
  /** Each line that it wrote, once it has ended: nobody read the last ones. */
  onLine: (line: string) => void = () => undefined,
): Promise<void> {
  const path = join(directory, FILE_NAME);
  const orphan = readRunning(path);
  if (orphan === undefined) return;
  const lives = (): boolean => processStart(orphan.pid) === orphan.startTime;
  if (lives() && !orphan.interrupted) {
    writeFileSync(path, JSON.stringify({ ...orphan, interrupted: true }), { mode: 0o600 });
    process.kill(orphan.pid, "SIGINT");
  }
  while (lives()) await systemClock.sleep(POLL_MS, signal);
  for (const line of linesIn(readOutput(join(directory, basename(orphan.output))))) onLine(line);
  rmSync(join(directory, basename(orphan.output)), { force: true });
  rmSync(path, { force: true });
}

function readOutput(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    // Its reader had come to its end, and has removed the file.
    return Buffer.alloc(0);
  }
}

function readRunning(path: string): Running | undefined {
  try {
    return running.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch {
    return undefined;
  }
}
