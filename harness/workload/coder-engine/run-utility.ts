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
  /** When aborted, the utility gets SIGINT; if it does not end, it is killed. */
  readonly signal: AbortSignal;
  /** How long it may take to end after SIGINT, in milliseconds. */
  readonly graceMs: number;
}

/** How one call of the utility ended. */
export interface UtilityEnd {
  /** Undefined if a signal ended it. */
  readonly exitCode: number | undefined;
  /** The end of its stderr, without secrets. */
  readonly said: string;
  readonly startedMs: number;
  readonly endedMs: number;
  readonly maxRssMib: number;
  readonly cpuSeconds: number;
}

/**
 * Runs Coder's utility in a separate process group, so that the terminal's Ctrl-C only reaches it through
 * `signal`.
 */
export async function runUtility(call: UtilityCall): Promise<UtilityEnd> {
  if (call.signal.aborted) throw new RefbenchError("interrupted", "stopped before the utility was started");
  const startedMs = Date.now();
  const child = execa(call.binary, call.args, {
    env: call.env,
    extendEnv: false,
    cwd: call.cwd,
    stdin: "ignore",
    // The report contains the same text, which is long for thousands of workspaces.
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
  // However this process ends, the utility must not continue alone.
  const onExit = (): void => killGroup(child.pid);
  call.signal.addEventListener("abort", onAbort, { once: true });
  process.once("exit", onExit);
  try {
    const result = await child;
    if (child.pid === undefined)
      throw new RefbenchError("worker", `${call.binary} could not be started: ${messageOf(result.cause)}`);
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
    // It has already ended.
  }
}

/** Memory and processor time of the utility, as reported by the kernel (Linux). */
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
      // The name in brackets may contain anything. After it, utime and stime are the 12th and 13th fields.
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      cpuSeconds = Math.max(cpuSeconds, (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND);
    } catch {
      // The process has ended, or this is not Linux: keep the earlier readings.
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
