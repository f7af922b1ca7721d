import { readFileSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { z } from "zod";
import { type Clock, systemClock } from "../tools/time/clock.ts";
import { messageOf, RefbenchError } from "../tools/error.ts";
import { isMissing } from "../tools/files/local-files.ts";
import { linesIn } from "../tools/files/lines.ts";
import { replaceFileSync } from "../tools/files/replace-file.ts";
import { localProcess, mayLive } from "../tools/process/local-process.ts";
import { processStart } from "../tools/process/process-start.ts";
import { waitUntil } from "../tools/time/wait-until.ts";
import { parseJson } from "../tools/parse-json.ts";

const FILE_NAME = ".refbench-terraform.json";
const POLL_MS = 200;

const running = localProcess.extend({
  command: z.string(),
  interrupted: z.boolean(),
  /** The file in the stack's folder that it writes to. */
  output: z.string(),
});
type Running = z.infer<typeof running>;

/** The mark that a Terraform works in a stack's folder, for which the successor of a killed run waits. */
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

  /** Recorded before the signal is sent, because a second SIGINT makes Terraform drop its state. */
  interrupted(): void {
    this.#state = { ...this.#state, interrupted: true };
    this.#write();
  }

  remove(): void {
    rmSync(this.#path, { force: true });
  }

  #write(): void {
    write(this.#path, this.#state);
  }
}

/** A reader must see a complete file, because it must know which process to wait for. */
function write(path: string, state: Running): void {
  replaceFileSync(path, JSON.stringify(state), 0o600);
}

/** After SIGINT, Terraform ends when its pending calls return. A kill during a write of the state loses resources. */
export const LAST_RESORT_MS = 10 * 60_000;
/** How long the system may take to end a killed process. */
const KILLED_MS = 10_000;

/**
 * Ends the Terraform that a killed run left working in this folder: sends one SIGINT, unless it had one, and waits.
 * Then its state is complete, and the next command does not find its lock. One that does not end, such as a stopped
 * one, is killed with its providers. Throws `infrastructure` if that fails too.
 */
export async function endOrphan(
  directory: string,
  signal: AbortSignal,
  /** Receives each line that it wrote, after its end. */
  onLine: (line: string) => void = () => undefined,
  clock: Clock = systemClock,
): Promise<void> {
  const path = join(directory, FILE_NAME);
  const orphan = readRunning(path);
  if (orphan === undefined) return;
  if (mayLive(orphan) && !orphan.interrupted) {
    write(path, { ...orphan, interrupted: true });
    process.kill(orphan.pid, "SIGINT");
  }
  if (!(await endsWithin(LAST_RESORT_MS))) {
    killGroup(orphan.pid);
    if (!(await endsWithin(KILLED_MS)))
      throw new RefbenchError(
        "infrastructure",
        `terraform (process ${orphan.pid}) works in ${directory} and did not end after SIGINT and SIGKILL: end it, then run the command again`,
      );
  }
  for (const line of linesIn(readOutput(join(directory, basename(orphan.output))))) onLine(line);
  rmSync(join(directory, basename(orphan.output)), { force: true });
  rmSync(path, { force: true });

  async function endsWithin(ms: number): Promise<boolean> {
    const ended = (): true | undefined => (orphan !== undefined && mayLive(orphan) ? undefined : true);
    return (await waitUntil(ended, { clock, everyMs: POLL_MS, forMs: ms, signal })) ?? false;
  }
}

/**
 * Returns the process id of the Terraform that works in this folder, whoever started it; undefined if there is none.
 * Throws `run_folder` if the mark cannot be read, because then the answer is unknown.
 */
export function findWorking(directory: string): number | undefined {
  const known = readRunning(join(directory, FILE_NAME));
  return known !== undefined && mayLive(known) ? known.pid : undefined;
}

/** Kills its providers too: it leads its own process group. */
function killGroup(pid: number): void {
  for (const target of [-pid, pid]) {
    try {
      process.kill(target, "SIGKILL");
    } catch {
      // It ended between the check and the signal.
    }
  }
}

function readOutput(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    // Its reader was finished, and has removed the file.
    return Buffer.alloc(0);
  }
}

function readRunning(path: string): Running | undefined {
  try {
    return running.parse(parseJson(readFileSync(path, "utf8")));
  } catch (cause) {
    if (isMissing(cause)) return undefined;
    throw new RefbenchError(
      "run_folder",
      `it is not known whether a terraform works in ${dirname(path)}, because ${basename(path)} there cannot be read (${messageOf(cause)}): check that none works there, remove that file, then run the command again`,
      { cause },
    );
  }
}
