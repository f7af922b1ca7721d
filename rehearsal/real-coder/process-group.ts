import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, existsSync, openSync } from "node:fs";
import { once } from "node:events";
import { identityOf } from "../../harness/tools/process/local-process.ts";
import type { LocalProcess } from "../../harness/tools/process/local-process.ts";

export interface Program {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** The file for its output. */
  readonly log: string;
  /** The signal that ends it in order. */
  readonly stopSignal: "SIGINT" | "SIGTERM";
  /** The signal that it gets when this process dies. @default "SIGKILL" */
  readonly deathSignal?: "SIGINT" | "SIGKILL";
  /** The user that it runs as, if this process may choose. */
  readonly user?: { readonly uid: number; readonly gid: number };
}

/** A program that never outlives this process. */
export interface Running {
  readonly identity: LocalProcess;
  /** Resolves when it ended, with how. */
  readonly ended: Promise<string>;
  /** Ends it in order, and kills the remaining processes of its group after `graceMs`. */
  stop(graceMs: number): Promise<void>;
}

/** Paths of setpriv, which belongs to util-linux, on every distribution. */
const SETPRIV = ["/usr/bin/setpriv", "/bin/setpriv"];

/**
 * For systems that cannot tell a process of its parent's death: a shell waits for the end of a pipe that only the
 * parent holds open. It leads the program's group, hence is what the program is known by.
 */
const WATCHDOG = `
stop=$1 death=$2; shift 2
"$@" 3<&- & child=$!
trap 'kill -"$stop" "$child"' TERM
(cat <&3; kill -"$death" "$child") >/dev/null 2>&1 &
exec 3<&-
wait "$child"; code=$?
while kill -0 "$child" 2>/dev/null; do wait "$child"; code=$?; done
exit "$code"`;

/** Starts a program in a separate process group, bound to this process's life however that ends. */
export function startProgram(program: Program, setpriv: string | null = findSetpriv() ?? null): Running {
  const { file, args } =
    setpriv === null ? watched(program) : boundByKernel(program, setpriv, process.getuid?.() === 0);
  const log = openSync(program.log, "a", 0o600);
  let child: ChildProcess;
  try {
    child = spawn(file, args, {
      cwd: program.cwd,
      env: { ...program.env },
      detached: true,
      stdio: ["ignore", log, log, setpriv === null ? "pipe" : "ignore"],
      ...(setpriv === null && program.user !== undefined ? program.user : {}),
    });
  } finally {
    closeSync(log);
  }
  const ended = endOf(child);
  const identity = identityOf(child.pid ?? 0);
  // Its own children may still run: builds, shells.
  const killGroup = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    } catch {
      // The group has already ended, as wanted.
    }
  };
  void ended.then(killGroup);
  return {
    identity,
    ended,
    stop: async (graceMs) => {
      child.kill(setpriv === null ? "SIGTERM" : program.stopSignal);
      const timer = setTimeout(killGroup, graceMs);
      await ended;
      clearTimeout(timer);
    },
  };
}

function boundByKernel(
  { file, args, user, deathSignal = "SIGKILL" }: Program,
  setpriv: string,
  mayChoose: boolean,
): { readonly file: string; readonly args: readonly string[] } {
  const as =
    user !== undefined && mayChoose
      ? ["--reuid", `${user.uid}`, "--regid", `${user.gid}`, "--clear-groups"]
      : [];
  return { file: setpriv, args: [...as, "--pdeathsig", deathSignal.slice(3), "--", file, ...args] };
}

function watched({ file, args, stopSignal, deathSignal = "SIGKILL" }: Program): {
  readonly file: string;
  readonly args: readonly string[];
} {
  const signals = [stopSignal.slice(3), deathSignal.slice(3)];
  return { file: "/bin/sh", args: ["-c", WATCHDOG, "watchdog", ...signals, file, ...args] };
}

/** The program that has the kernel signal a child when its parent dies; only Linux has it. */
export function findSetpriv(): string | undefined {
  return process.platform === "linux" ? SETPRIV.find((path) => existsSync(path)) : undefined;
}

async function endOf(child: ChildProcess): Promise<string> {
  try {
    const [code, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
    return signal === null ? `exit code ${code ?? "unknown"}` : signal;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
