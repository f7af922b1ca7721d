import { readLines } from "../tools/files/lines.ts";
import { childEnvironment } from "../model/environment/child-environment.ts";
import type { Io } from "../composition/settings/io.ts";
import { packageFile } from "../../reference-architectures/package-file.ts";

const REFBENCH = packageFile("bin/refbench.js");

/** How many of the last lines on stderr explain why a command failed. */
const LAST_LINES = 5;

/** How long a command that was asked to leave may take before it is killed, so that one that hangs does not stop the night. */
export const KILL_MS = 60_000;

/** A refbench command that a night starts. */
export interface NightCommand {
  readonly args: readonly string[];
  /** After this time it is asked to stop as by Ctrl-C, so that it tears down. */
  readonly deadlineMs: number;
  /** After the deadline, how long it has until it is asked to leave its teardown to the reaper. */
  readonly graceMs: number;
}

/** How a command ended. */
export interface CommandEnd {
  readonly code: number;
  readonly stdout: string;
  /** The last lines on stderr. */
  readonly said: readonly string[];
  readonly timedOut: boolean;
}

/** Runs one command to its end. Aborting `stop` is Ctrl-C, aborting `leave` the second one. */
export type RunNightCommand = (
  command: NightCommand,
  signals: { readonly stop: AbortSignal; readonly leave: AbortSignal },
) => Promise<CommandEnd>;

/**
 * The only variables of refbench that reach a night's commands: they are not flags of the night, and are valid for every
 * run of its user. The night passes its own variables on as flags. A variable for a single manual run would change what
 * is measured, keep the environment, or put it where no sweep of the night looks.
 */
const PASSED_ON = new Set(
  [
    ...["LICENCE", "OWNER", "CLUSTER_CIDRS", "CLUSTER_ADMINS", "CODER_SERVER", "CODER_PROVIDER_MIRROR"],
    ...["SKIP_PREFLIGHT", "MANUAL_DIR", "OLDER_THAN", "MAX_RESOURCES"],
  ].map((name) => `REFBENCH_${name}`),
);

/**
 * Selects the part of a night's environment that its commands get. They do not read the config file, because the night
 * passes its values on as flags.
 */
export function selectEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const isPassedOn = (name: string): boolean => !name.startsWith("REFBENCH_") || PASSED_ON.has(name);
  const passed = Object.entries(childEnvironment("refbench", env));
  return { ...Object.fromEntries(passed.filter(([name]) => isPassedOn(name))), REFBENCH_CONFIG: "off" };
}

/**
 * Returns a function that runs each command in a separate process, so that a failed run does not affect the next one.
 * The process has its own group, so that a Ctrl-C in the terminal reaches it only once, through this function.
 */
export function startChildCommands(
  { cwd, env, stderr }: Pick<Io, "cwd" | "env" | "stderr">,
  {
    killMs = KILL_MS,
    program = REFBENCH,
  }: {
    readonly killMs?: number;
    /** The file that Node runs. @default refbench itself */
    readonly program?: string;
  } = {},
): RunNightCommand {
  return async ({ args, deadlineMs, graceMs }, { stop, leave }) => {
    const { execa } = await import("execa");
    let timedOut = false;
    const child = execa(process.execPath, [program, ...args], {
      cwd,
      env: selectEnvironment(env),
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
      for await (const line of readLines(child.iterable({ from: "stderr", binary: true }))) {
        said.push(line);
        if (said.length > LAST_LINES) said.shift();
      }
    };
    const read = lines();
    const interrupt = (): void => void child.kill("SIGINT");
    let last: NodeJS.Timeout | undefined;
    const abandon = (): void => {
      child.kill("SIGTERM");
      last ??= setTimeout(() => child.kill("SIGKILL"), killMs);
    };
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
      clearTimeout(last);
      stop.removeEventListener("abort", interrupt);
      leave.removeEventListener("abort", abandon);
    }
  };
}
