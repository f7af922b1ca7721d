import { execa } from "execa";
import { join } from "node:path";
import type { Io } from "../io.ts";

const REFBENCH = join(import.meta.dirname, "..", "..", "..", "bin", "refbench.js");

/** How many of its last lines on stderr tell why a command failed. */
const LAST_LINES = 5;

/** One command of refbench's, as a night starts it. */
export interface NightCommand {
  readonly args: readonly string[];
  /** Asked to stop after this long, with Ctrl-C, so that it tears down. */
  readonly deadlineMs: number;
  /** From then on, until it is told to leave its teardown to the reaper. */
  readonly graceMs: number;
}

/** How a command ended. */
export interface CommandEnd {
  readonly code: number;
  readonly stdout: string;
  /** The last lines that it wrote on stderr. */
  readonly said: readonly string[];
  readonly timedOut: boolean;
}

/** Runs one command to its end. Aborting `stop` is Ctrl-C, aborting `leave` the second one. */
export type RunNightCommand = (
  command: NightCommand,
  signals: { readonly stop: AbortSignal; readonly leave: AbortSignal },
) => Promise<CommandEnd>;

/**
 * What a variable says of the night, or of a run that somebody starts by hand, must not reach a run of the night: it
 * would be measured otherwise and published as official, stay for a look, or lie where no sweep of the night looks.
 */
const NOT_A_NIGHTS = new Set([
  // The night has asked GitHub already.
  "GITHUB_TOKEN",
  ...[
    ...["MAX_COST", "OUTPUT", "SIZE", "SET", "TLS", "RUNNER", "REGION", "ZONE", "SKIP_CANARY"],
    ...["KEEP_ON_FAILURE", "KEEP_MAX", "FAIL_BUILDS", "FAULTS", "FAIL_CHECK", "AS_OF", "REHEARSALS"],
  ].map((name) => `REFBENCH_${name}`),
]);

function ofOneRun(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !NOT_A_NIGHTS.has(name)));
}

/**
 * Each command is a process of its own: what goes wrong in one night's run must not reach the next. In a group of its
 * own too, so that a Ctrl-C of the terminal reaches it once, through here.
 */
export function childCommands({ cwd, env, stderr }: Pick<Io, "cwd" | "env" | "stderr">): RunNightCommand {
  return async ({ args, deadlineMs, graceMs }, { stop, leave }) => {
    let timedOut = false;
    const child = execa(process.execPath, [REFBENCH, ...args], {
      cwd,
      env: ofOneRun(env),
      extendEnv: false,
      detached: true,
      stdin: "ignore",
      reject: false,
      maxBuffer: 64 * 1024 * 1024,
      buffer: { stderr: false },
    });
    child.stderr.pipe(stderr, { end: false });
    const said: string[] = [];
    const lines = async (): Promise<void> => {
      for await (const line of child.iterable({ from: "stderr" })) {
        said.push(line);
        if (said.length > LAST_LINES) said.shift();
      }
    };
    const read = lines();
    const interrupt = (): void => void child.kill("SIGINT");
    const abandon = (): void => void child.kill("SIGTERM");
    const deadline = setTimeout(() => {
      timedOut = true;
      interrupt();
    }, deadlineMs);
    const grace = setTimeout(abandon, deadlineMs + graceMs);
    stop.addEventListener("abort", interrupt, { once: true });
    leave.addEventListener("abort", abandon, { once: true });
    try {
      const { exitCode = 1, stdout } = await child;
      await read.catch(() => undefined);
      return { code: exitCode, stdout, said, timedOut };
    } finally {
      clearTimeout(deadline);
      clearTimeout(grace);
      stop.removeEventListener("abort", interrupt);
      leave.removeEventListener("abort", abandon);
    }
  };
}
