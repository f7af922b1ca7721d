import { setTimeout as delay } from "node:timers/promises";
import type { PseudoTtyInfo, ServerChannel, Session } from "ssh2";
import { InputQueue } from "../terminal/input-queue.ts";
import { commandOnTerminal, interactiveShell, scriptedShell } from "../terminal/shell-process.ts";
import { Shell } from "../terminal/shell.ts";
import type { WorkspaceHost } from "../terminal/invocation.ts";
import { Tty } from "../terminal/tty.ts";

const INTERRUPTS = ["INT", "TERM", "KILL", "HUP"];

/**
 * One SSH session: an exec or a shell, with or without a terminal, on the same interpreter as the web terminal. An
 * interactive shell writes its prompt after `shellDelayMs`.
 */
export function serveSession(session: Session, host: WorkspaceHost, shellDelayMs: number): void {
  let pty: PseudoTtyInfo | undefined;
  let tty: Tty | undefined;
  const closed = new AbortController();
  const env: Record<string, string> = {};
  // A client that wants no answer gives no `accept`.
  session.on("pty", (accept, _reject, info) => {
    pty = info;
    (accept as (() => void) | undefined)?.();
  });
  session.on("env", (accept, _reject, info) => {
    env[info.key] = info.val;
    (accept as (() => void) | undefined)?.();
  });
  session.on("window-change", (accept, _reject, info) => {
    if (tty) {
      tty.width = info.cols;
      tty.height = info.rows;
    }
    (accept as (() => void) | undefined)?.();
  });
  session.on("signal", (accept, _reject, info) => {
    if (INTERRUPTS.includes(info.name)) closed.abort();
    (accept as (() => void) | undefined)?.();
  });
  const run = (channel: ServerChannel, command: string | undefined): void => {
    const machine = { ...host, env: { ...host.env, ...env } };
    if (pty) tty = terminalOn(channel, pty);
    const work = tty
      ? onTerminal(machine, command, tty, { shellDelayMs, signal: closed.signal })
      : onPipes(machine, command, channel, closed.signal);
    channel.once("close", () => closed.abort());
    work.then(
      (status) => finish(channel, status),
      () => finish(channel, 255),
    );
  };
  session.on("exec", (accept, _reject, info) => run(accept(), info.command));
  session.on("shell", (accept) => run(accept(), undefined));
}

function terminalOn(channel: ServerChannel, { cols, rows }: PseudoTtyInfo): Tty {
  const tty = new Tty({ width: cols || 80, height: rows || 24 }, (bytes) => write(channel, bytes));
  channel.on("data", (data: Buffer) => tty.type(data));
  channel.on("end", () => tty.hangUp());
  return tty;
}

async function onTerminal(
  host: WorkspaceHost,
  command: string | undefined,
  tty: Tty,
  { shellDelayMs, signal }: { readonly shellDelayMs: number; readonly signal: AbortSignal },
): Promise<number> {
  if (command !== undefined) return commandOnTerminal(host, command, tty, signal);
  if (shellDelayMs > 0) await delay(shellDelayMs, undefined, { signal });
  return interactiveShell(host, tty, signal);
}

function onPipes(
  host: WorkspaceHost,
  command: string | undefined,
  channel: ServerChannel,
  signal: AbortSignal,
): Promise<number> {
  const input = new InputQueue();
  channel.on("data", (data: Buffer) => input.push(data));
  channel.on("end", () => input.end());
  const streams = {
    input,
    out: (bytes: string | Buffer) => write(channel, bytes),
    err: (bytes: string | Buffer) => void channel.stderr.write(bytes),
  };
  return command === undefined
    ? scriptedShell(host, streams, signal)
    : new Shell(host).runToExit(command, streams, signal);
}

/** A client that does not read stops being read from. */
function write(channel: ServerChannel, bytes: string | Buffer): void {
  if (channel.writableEnded || channel.write(bytes)) return;
  channel.pause();
  channel.once("drain", () => channel.resume());
}

function finish(channel: ServerChannel, status: number): void {
  if (channel.destroyed || channel.writableEnded) return;
  channel.exit(status);
  channel.end();
  channel.close();
}
