import { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "../../tools/error.ts";
import type { RunnerAccess } from "../../model/ports/runner.ts";
import { startPiped } from "../worker-process/start-piped.ts";
import { OutOfReach } from "../remote/out-of-reach.ts";

const KEPT_WORDS = 2000;
const KILL_AFTER_MS = 5000;
const SPEAK_MS = 1000;

/** The cloud's tunnel command as a stream to the runner's SSH port. */
export interface Tunnel extends Disposable {
  readonly stream: Duplex;
  /** The last output of the command on stderr, and how it ended, for error messages. */
  readonly words: () => string;
  /** Resolves once the command has ended with all its output, or after a short wait. */
  readonly hasSpoken: () => Promise<void>;
  /** Whether the command is not installed. */
  readonly isUnknown: () => boolean;
}

/**
 * Starts the tunnel command in a separate session, so that this process's Ctrl-C does not reach it. Throws
 * `OutOfReach` if this machine has no room for it now.
 */
export function openTunnel({ command, args, env }: RunnerAccess["tunnel"]): Tunnel {
  const child = start([command, ...args], env);
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => {
    said = (said + chunk.toString("utf8")).slice(-KEPT_WORDS);
  });
  let end: string | undefined;
  let isUnknown = false;
  const ended = new Promise<void>((resolve) => {
    child.on("error", (error: NodeJS.ErrnoException) => {
      isUnknown = error.code === "ENOENT";
      end = error.message;
      resolve();
    });
    child.on("close", (code, signal) => {
      end ??= describeEnd(code, signal);
      resolve();
    });
  });
  const stream = Duplex.from({ writable: child.stdin, readable: child.stdout });
  // The SSH client sees the error; a stream that ends after it must not crash this process.
  stream.on("error", () => undefined);
  return {
    stream,
    words: () => [said.trim(), end ?? ""].filter((text) => text !== "").join("; "),
    hasSpoken: () => Promise.race([ended, sleep(SPEAK_MS, undefined, { ref: false })]),
    isUnknown: () => isUnknown,
    [Symbol.dispose]: () => {
      stream.destroy();
      if (child.pid === undefined || end !== undefined) return;
      signalGroup(child.pid, "SIGTERM");
      const timer = setTimeout(() => signalGroup(child.pid, "SIGKILL"), KILL_AFTER_MS);
      void ended.then(() => clearTimeout(timer));
    },
  };
}

function start(
  command: readonly [string, ...string[]],
  env: NodeJS.ProcessEnv,
): ReturnType<typeof startPiped> {
  try {
    return startPiped("the tunnel", command, { env, detached: true });
  } catch (error) {
    throw new OutOfReach(messageOf(error), { cause: error });
  }
}

/** How the command ended; empty for a normal end, which adds nothing to a lost connection. */
function describeEnd(code: number | null, signal: string | null): string {
  if (signal !== null) return `ended by ${signal}`;
  return code === null || code === 0 ? "" : `ended with exit code ${code}`;
}

/** Signals the command and its helpers, which must end with it. */
function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // It has already ended.
  }
}
