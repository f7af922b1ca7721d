import { readFile } from "node:fs/promises";
import { execa } from "execa";
import { messageOf, RefbenchError } from "../../tools/error.ts";
import { scrub } from "./scrub.ts";

const SAMPLE_MS = 500;
/** Linux counts processor time in hundredths of a second for every program. */
const TICKS_PER_SECOND = 100;
const TOLD_CHARACTERS = 2000;

export interface UtilityCall {
  readonly binary: string;
  readonly args: readonly string[];
  readonly env: Record<string, string>;
  readonly cwd: string;
  readonly secrets: readonly string[];
  /** Aborted, the utility is asked to end (SIGINT) and, when it does not, killed. */
  readonly signal: AbortSignal;
  /** How long it may take to end, once asked. */
  readonly graceMs: number;
}

/** What one call of the utility ended in; its report tells the rest. */
export interface UtilityEnd {
  /** Undefined when a signal ended it. */
  readonly exitCode: number | undefined;
  /** The end of what it said on stderr, secrets taken out. */
  readonly said: string;
  readonly startedMs: number;
  readonly endedMs: number;
  readonly maxRssMib: number;
  readonly cpuSeconds: number;
}

/** Runs Coder's utility in a process group of its own, so that a Ctrl-C of the terminal reaches it through here only. */
export async function runUtility(call: UtilityCall): Promise<UtilityEnd> {
  if (call.signal.aborted) throw new RefbenchError("interrupted", "stopped before the utility was started");
  const startedMs = Date.now();
  const child = execa(call.binary, call.args, {
    env: call.env,
    extendEnv: false,
    cwd: call.cwd,
    stdin: "ignore",
    // What it says there is in its report too, and of thousands of workspaces it is long.
    stdout: "ignore",
    stderr: "pipe",
    maxBuffer: { stderr: 1_000_000 },
    reject: false,
    detached: true,
  });
  const usage = watchUsage(child.pid);
  let kill: NodeJS.Timeout | undefined;
  const onAbort = (): void => {
    child.kill("SIGINT");
    kill = setTimeout(() => killGroup(child.pid), call.graceMs);
  };
  // However this process ends, what it started must not go on alone.
  const onExit = (): void => killGroup(child.pid);
  call.signal.addEventListener("abort", onAbort, { once: true });
  process.once("exit", onExit);
  try {
    const result = await child;
    if (child.pid === undefined)
      throw new RefbenchError("shard", `${call.binary} could not be started: ${messageOf(result.cause)}`);
    const said = scrub(result.stderr, call.secrets).trim().slice(-TOLD_CHARACTERS);
    return { exitCode: result.exitCode, said, startedMs, endedMs: Date.now(), ...(await usage.stop()) };
  } finally {
    clearTimeout(kill);
    call.signal.removeEventListener("abort", onAbort);
    process.off("exit", onExit);
  }
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended meanwhile.
  }
}

/** Memory and processor time of the utility, as far as the kernel tells (Linux). */
function watchUsage(pid: number | undefined): {
  stop(): Promise<{ readonly maxRssMib: number; readonly cpuSeconds: number }>;
} {
  let maxRssMib = 0;
  let cpuSeconds = 0;
  const sample = async (): Promise<void> => {
    if (pid === undefined) return;
    try {
      const [status, stat] = await Promise.all([
        readFile(`/proc/${pid}/status`, "utf8"),
        readFile(`/proc/${pid}/stat`, "utf8"),
      ]);
      maxRssMib = Math.max(maxRssMib, Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024);
      // After the name, which may hold anything, in brackets: utime and stime are the 12th and 13th.
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      cpuSeconds = Math.max(cpuSeconds, (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND);
    } catch {
      // Ended, or no Linux: what was seen so far is all.
    }
  };
  const timer = setInterval(() => void sample(), SAMPLE_MS);
  void sample();
  return {
    stop: () => {
      clearInterval(timer);
      return Promise.resolve({ maxRssMib: Math.round(maxRssMib * 10) / 10, cpuSeconds });
    },
  };
}
