import {
  type ChildProcess,
  type ChildProcessWithoutNullStreams,
  spawn,
  type SpawnOptions,
} from "node:child_process";
import { exhaustedBy } from "../../coder/http/exhausted.ts";
import { RefbenchError } from "../../tools/error.ts";

/**
 * Starts a program whose three streams are pipes to this process. Throws `generator` if this machine has no
 * room for another process. Every other failure appears in the child's `error` event.
 */
export function startPiped(
  what: string,
  [program, ...args]: readonly [string, ...string[]],
  options: Pick<SpawnOptions, "env" | "detached">,
): ChildProcessWithoutNullStreams {
  try {
    const child: ChildProcess = spawn(program, args, { ...options, stdio: ["pipe", "pipe", "pipe"] });
    // If no file can be opened, Node makes no pipes and emits the error later; without a listener it would
    // end this process.
    child.on("error", () => undefined);
    if (hasPipes(child)) return child;
  } catch (error) {
    const exhausted = exhaustedBy(error);
    if (exhausted === undefined) throw error;
    throw new RefbenchError("generator", `${exhausted}: ${what} cannot be started`, { cause: error });
  }
  const why = "the generator's machine ran out of open files";
  throw new RefbenchError("generator", `${why}: ${what} cannot be started; raise "ulimit -n"`);
}

function hasPipes(child: ChildProcess): child is ChildProcessWithoutNullStreams {
  return Boolean(child.stdin) && Boolean(child.stdout) && Boolean(child.stderr);
}
