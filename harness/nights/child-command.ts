import { readLines } from "../tools/files/lines.ts";
import { childEnvironment } from "../model/environment/child-environment.ts";
import type { Io } from "../composition/settings/io.ts";
import { packageFile } from "../../reference-architectures/package-file.ts";

const REFBENCH = packageFile("bin/refbench.js");

/** How many of its last lines on stderr tell why a command failed. */
const LAST_LINES = 5;

/** How long a command that was told to leave may take before it is killed: one that hangs must not hold up its night. */
export const KILL_MS = 60_000;

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
 * Of refbench's own variables the only ones that reach a night's commands: what is no flag of the night, and true of
 * every run of its user. Any other is of the night, which passes it on as a flag, or of one run by hand, and that
 * would be measured otherwise and published as official, stay for a look, or lie where no sweep of the night looks.
 */
const HANDED_ON = new Set(
  [
    ...["LICENCE", "OWNER", "CLUSTER_CIDRS", "CLUSTER_ADMINS", "CODER_SERVER", "CODER_PROVIDER_MIRROR"],
    ...["SKIP_PREFLIGHT", "MANUAL_DIR", "OLDER_THAN", "MAX_RESOURCES"],
  ].map((name) => `REFBENCH_${name}`),
);

/**
 * What a night's commands are given of its own environment. They do not read the config file: the night passes on, as
 * flags, what it took from there.
 */
export function commandEnv(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const isHandedOn = (name: string): boolean => !name.startsWith("REFBENCH_") || HANDED_ON.has(name);
  const passed = Object.entries(childEnvironment("refbench", env));
  return { ...Object.fromEntries(passed.filter(([name]) => isHandedOn(name))), REFBENCH_CONFIG: "off" };
}

/**
 * Each command is a process of its own: what goes wrong in one night's run must not reach the next. In a group of its
 * own too, so that a Ctrl-C of the terminal reaches it once, through here.
 */
export function childCommands(
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
      env: commandEnv(env),
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
