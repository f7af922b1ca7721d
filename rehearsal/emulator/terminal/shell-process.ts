import { ExitShell, type Streams, type WorkspaceHost } from "./invocation.ts";
import { Shell } from "./shell.ts";
import { FIRST } from "./shell-asks-first.ts";
import { FaultyShell } from "./shell-faults.ts";
import type { Tty } from "./tty.ts";

const PROMPT = "$ ";

/** A shell on a terminal, as a person has it: prompt, one line at a time, `^C` and `^D`. Returns its status. */
export async function interactiveShell(host: WorkspaceHost, tty: Tty, signal: AbortSignal): Promise<number> {
  await FIRST[host.shell ?? ""]?.(tty, signal);
  const shell = new Shell(host);
  const faulty = host.fault && new FaultyShell(host.fault, tty);
  const streams = streamsOf(tty, faulty);
  let foreground: AbortController | undefined;
  tty.onInterrupt = () => {
    if (foreground) foreground.abort();
    else {
      shell.status = 130;
      tty.write(`\n${PROMPT}`);
    }
  };
  let taken: "run" | "ignore" | "end" | undefined;
  for (;;) {
    if (taken !== "ignore") tty.write(PROMPT);
    const line = await tty.input.readLine(signal);
    taken = line === undefined ? "end" : faulty?.take(line);
    if (line === undefined || taken === "end") return shell.status;
    if (taken === "ignore") continue;
    foreground = new AbortController();
    const interrupted = foreground.signal;
    const end = (): void => foreground?.abort();
    signal.addEventListener("abort", end, { once: true });
    try {
      await shell.run(line, streams, interrupted);
    } catch (error) {
      if (error instanceof ExitShell) return error.status;
      throw error;
    } finally {
      signal.removeEventListener("abort", end);
      foreground = undefined;
    }
    if (signal.aborted) return 129;
    if (interrupted.aborted) tty.write("\n");
    if (faulty && (await faulty.isHangingUp(signal))) return shell.status;
  }
}

/** `sh -c` on a terminal: `^C` ends it. */
export async function commandOnTerminal(
  host: WorkspaceHost,
  command: string,
  tty: Tty,
  signal: AbortSignal,
): Promise<number> {
  const interrupted = new AbortController();
  const end = (): void => interrupted.abort();
  tty.onInterrupt = end;
  signal.addEventListener("abort", end, { once: true });
  try {
    return await new Shell(host).runToExit(command, streamsOf(tty), interrupted.signal);
  } finally {
    signal.removeEventListener("abort", end);
  }
}

/** A shell without a terminal: a script comes in on its input, and nothing is echoed. */
export async function scriptedShell(
  host: WorkspaceHost,
  streams: Streams,
  signal: AbortSignal,
): Promise<number> {
  const shell = new Shell(host);
  for (;;) {
    const line = await streams.input.readLine(signal);
    if (line === undefined) return shell.status;
    try {
      await shell.run(line, streams, signal);
    } catch (error) {
      if (error instanceof ExitShell) return error.status;
      throw error;
    }
  }
}

function streamsOf(tty: Tty, faulty?: FaultyShell): Streams {
  const write = faulty
    ? (bytes: string | Buffer): void => tty.write(faulty.change(bytes))
    : (bytes: string | Buffer): void => tty.write(bytes);
  return {
    input: tty.input,
    out: write,
    err: write,
    terminal: tty,
  };
}
