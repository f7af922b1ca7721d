import { join } from "node:path";
import { execa } from "execa";

const REFBENCH = join(import.meta.dirname, "../../bin/refbench.js");

/** One command line of refbench to its end, its progress on stderr; a stop is passed on as the user's Ctrl-C. */
export async function refbench(
  cwd: string,
  args: readonly string[],
  stop?: AbortSignal,
): Promise<{ readonly exitCode: number; readonly stdout: string }> {
  const child = execa(process.execPath, [REFBENCH, ...args], {
    cwd,
    stdio: ["ignore", "pipe", "inherit"],
    reject: false,
    // The terminal's Ctrl-C is for this script, which says what it means.
    detached: true,
  });
  const interrupt = (): void => void child.kill("SIGINT");
  if (stop?.aborted === true) interrupt();
  stop?.addEventListener("abort", interrupt, { once: true });
  try {
    const { exitCode, stdout } = await child;
    return { exitCode: exitCode ?? 1, stdout };
  } finally {
    stop?.removeEventListener("abort", interrupt);
  }
}
