import { setTimeout as delay } from "node:timers/promises";
import { DURATION_MODEL, seededFraction } from "../duration-model.ts";
import type { EmulatorConfig } from "../config.ts";
import { Scrollback } from "./scrollback.ts";
import { commandOnTerminal, interactiveShell } from "./shell-process.ts";
import type { WorkspaceHost } from "./invocation.ts";
import { Tty } from "./tty.ts";

/** A client that is attached to a terminal. */
export interface Viewer {
  show(bytes: Buffer): void;
  /** The program ended: close 1000. */
  ended(): void;
}

export interface TerminalRequest {
  readonly agentId: string;
  readonly host: WorkspaceHost;
  /** The client's UUID: the same one again is the same terminal. */
  readonly reconnect: string;
  readonly width: number;
  readonly height: number;
  /** Empty = the user's shell. */
  readonly command: string;
}

/** As Coder's agent: output comes in messages of at most a kilobyte. */
const MESSAGE = 1_024;
const KEEP_DETACHED_MS = 5 * 60_000;

/** One terminal; it outlives its viewers for five minutes. */
export class TerminalSession {
  readonly agentId: string;
  readonly tty: Tty;
  readonly #scrollback = new Scrollback();
  readonly #viewers = new Set<Viewer>();
  readonly #closed = new AbortController();
  readonly #onEnd: () => void;
  #expiry: NodeJS.Timeout | undefined;

  constructor(request: TerminalRequest, shellStartMs: number, onEnd: () => void) {
    this.agentId = request.agentId;
    this.#onEnd = onEnd;
    this.tty = new Tty(request, (bytes) => this.#show(bytes));
    void this.#run(request, shellStartMs);
  }

  get isWatched(): boolean {
    return this.#viewers.size > 0;
  }

  attach(viewer: Viewer): void {
    clearTimeout(this.#expiry);
    const shown = this.#scrollback.contents();
    if (shown.length > 0) viewer.show(shown);
    this.#viewers.add(viewer);
  }

  detach(viewer: Viewer): void {
    if (!this.#viewers.delete(viewer) || this.#viewers.size > 0 || this.#closed.signal.aborted) return;
    this.#expiry = setTimeout(() => this.end(), KEEP_DETACHED_MS);
    this.#expiry.unref();
  }

  /** Kills the running processes and disconnects the viewers. */
  end(): void {
    if (this.#closed.signal.aborted) return;
    clearTimeout(this.#expiry);
    this.#closed.abort();
    this.tty.hangUp();
    for (const viewer of this.#viewers) viewer.ended();
    this.#viewers.clear();
    this.#onEnd();
  }

  async #run({ host, command }: TerminalRequest, shellStartMs: number): Promise<void> {
    const { signal } = this.#closed;
    // A `^C` that comes before the shell does still ends a command.
    if (command !== "") this.tty.onInterrupt = () => this.end();
    try {
      await delay(shellStartMs, undefined, { signal });
      if (command === "") await interactiveShell(host, this.tty, signal);
      else await commandOnTerminal(host, command, this.tty, signal);
    } catch (error) {
      if (!signal.aborted) this.tty.write(`${String(error)}\n`);
    }
    this.end();
  }

  #show(bytes: Buffer): void {
    if (this.#closed.signal.aborted) return;
    this.#scrollback.add(bytes);
    for (let start = 0; start < bytes.length; start += MESSAGE) {
      const message = bytes.length <= MESSAGE ? bytes : bytes.subarray(start, start + MESSAGE);
      for (const viewer of this.#viewers) viewer.show(message);
    }
  }
}

/** All terminals of a deployment. */
export class TerminalSessions {
  readonly #sessions = new Map<string, TerminalSession>();
  readonly #pace: Pick<EmulatorConfig, "buildSpeed" | "shellDelayMs">;
  #opened = 0;

  constructor(pace: Pick<EmulatorConfig, "buildSpeed" | "shellDelayMs">) {
    this.#pace = pace;
  }

  open(request: TerminalRequest): TerminalSession {
    const key = `${request.agentId}/${request.reconnect}`;
    const known = this.#sessions.get(key);
    if (known) return known;
    this.#opened += 1;
    const { least, most } = DURATION_MODEL.shellStart;
    const { buildSpeed, shellDelayMs } = this.#pace;
    const startMs = shellDelayMs ?? (least + (most - least) * seededFraction(this.#opened, 7)) / buildSpeed;
    const session = new TerminalSession(request, startMs, () => this.#sessions.delete(key));
    this.#sessions.set(key, session);
    return session;
  }

  /** The agent's workspace went down. */
  endAgent(agentId: string): void {
    for (const session of [...this.#sessions.values()]) if (session.agentId === agentId) session.end();
  }

  /** Lets so many of the terminals that somebody looks at show nothing any more, although their sockets remain open. */
  muteSome(count: number): void {
    const watched = [...this.#sessions.values()].filter(({ isWatched }) => isWatched);
    for (const { tty } of watched.slice(0, count)) tty.isMute = true;
  }

  close(): void {
    for (const session of [...this.#sessions.values()]) session.end();
  }
}
