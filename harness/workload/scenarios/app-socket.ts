import { randomBytes } from "node:crypto";
import type { RawData, WebSocket } from "ws";
import { closeSocket } from "../../coder/close-socket.ts";
import { type ConnectFailure, onNoUpgrade } from "../../coder/connect.ts";
import { messageTooLarge } from "../../coder/http/transport.ts";
import { messageOf } from "../../tools/error.ts";
import { connectClass } from "../context/connect-class.ts";
import type { LoadContext } from "../context/load-context.ts";
import type { AppAddress } from "./app-address.ts";

/** A timer may fire this much early. */
const TIMER_MS = 5;

interface Sent {
  readonly bytes: Buffer;
  readonly dueMs: number;
  readonly startedMs: number;
}

/** One websocket to an echoing app: what comes back must be what was sent, complete and in order. */
export class AppSocket {
  /** Messages that came back unchanged. */
  echoed = 0;
  readonly #load: LoadContext;
  readonly #address: AppAddress;
  readonly #pending: Sent[] = [];
  #socket: WebSocket | undefined;
  #back: Buffer = Buffer.alloc(0);
  #isBroken = false;
  #isClosedByUs = false;
  #onIdle: () => void = () => undefined;

  constructor(load: LoadContext, address: AppAddress) {
    this.#load = load;
    this.#address = address;
  }

  get isOpen(): boolean {
    return this.#socket?.readyState === 1 && !this.#isBroken;
  }

  /** Whether it is open and everything sent has come back unchanged. */
  get isVerified(): boolean {
    return this.isOpen && this.echoed > 0 && this.#pending.length === 0;
  }

  /**
   * Opens the socket and sends a first message, whose latency counts from when the opening was due. Resolves
   * at its echo or failure.
   */
  async open(dueMs: number): Promise<void> {
    const { transport } = this.#load.admin.http;
    if (this.#load.signal.aborted) return;
    const startedMs = performance.now();
    const socket = transport.webSocket(this.#address.path, this.#address.token, {
      app: this.#address.origin,
    });
    this.#socket = socket;
    const failure = await new Promise<ConnectFailure | undefined>((resolve) => {
      const { connectMs } = this.#load.task.timeouts;
      const late = `the app did not open within ${connectMs} ms`;
      const timer = setTimeout(() => resolve({ state: "failed", why: "timeout", message: late }), connectMs);
      const end = (outcome: ConnectFailure | undefined): void => {
        clearTimeout(timer);
        resolve(outcome);
      };
      onNoUpgrade(transport, socket, end);
      socket.on("open", () => end(undefined));
      socket.on("close", (code) => end({ state: "failed", why: "lost", message: `closed with ${code}` }));
      void this.#load.stopped.then(() => end(undefined));
    });
    if (failure !== undefined) {
      this.#fail(connectClass[failure.why], failure.message);
      return;
    }
    socket.on("message", (data: RawData) => this.#receive(data as Buffer));
    socket.on("error", (error) => this.#fail("connection-lost", messageTooLarge(error) ?? messageOf(error)));
    socket.on("close", (code) => this.#ended(code));
    this.send(dueMs, startedMs);
    await this.settled();
  }

  /** Sends the next message, except over a failed socket. */
  send(dueMs: number, startedMs = performance.now()): void {
    if (!this.isOpen || this.#isOverdue()) return;
    const { messageBytes = 64 } = this.#load.task.app ?? {};
    const bytes = Buffer.from(randomBytes(messageBytes).toString("base64url").slice(0, messageBytes));
    this.#pending.push({ bytes, dueMs, startedMs });
    this.#socket?.send(bytes);
  }

  /** Resolves when every message is back, or when the oldest one is overdue. */
  async settled(): Promise<void> {
    const oldest = this.#pending[0];
    if (oldest === undefined || !this.isOpen) return;
    const { commandMs } = this.#load.task.timeouts;
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([
      new Promise<void>((resolve) => (this.#onIdle = resolve)),
      new Promise<void>((resolve) => (timer = setTimeout(resolve, commandMs + TIMER_MS))),
      this.#load.stopped,
    ]);
    clearTimeout(timer);
    if (!this.#load.signal.aborted) this.#isOverdue();
  }

  close(): void {
    this.#isClosedByUs = true;
    if (this.#socket !== undefined) closeSocket(this.#socket);
  }

  #receive(data: Buffer): void {
    if (this.#isBroken) return;
    this.#back = this.#back.length === 0 ? data : Buffer.concat([this.#back, data]);
    for (let sent = this.#pending[0]; sent !== undefined; sent = this.#pending[0]) {
      const { bytes, dueMs, startedMs } = sent;
      if (this.#back.length < bytes.length) return;
      if (!this.#back.subarray(0, bytes.length).equals(bytes)) {
        this.#fail("wrong-output", "the app sent back other bytes than it received");
        return;
      }
      this.#back = this.#back.subarray(bytes.length);
      this.#pending.shift();
      this.echoed++;
      this.#load.board.answered();
      this.#load.latencies.record("app-echo", { dueMs, startedMs, endMs: performance.now() });
    }
    if (this.#back.length > 0) this.#fail("wrong-output", "the app sent more bytes than it received");
    this.#onIdle();
  }

  #isOverdue(): boolean {
    const oldest = this.#pending[0];
    const { commandMs } = this.#load.task.timeouts;
    if (oldest === undefined || performance.now() - oldest.startedMs < commandMs) return false;
    const message = `the app did not send a message back within ${commandMs} ms`;
    if (this.#back.length > 0) this.#fail("truncated-output", message);
    else this.#fail(this.echoed === 0 ? "silent-connection" : "command-timeout", message);
    return true;
  }

  #ended(code: number): void {
    if (!this.#isClosedByUs) this.#fail("connection-lost", `the app's socket closed with ${code}`);
  }

  /** Counts the first failure of the socket: later ones follow from it. */
  #fail(failureClass: Parameters<LoadContext["failures"]["add"]>[0], message: string): void {
    if (this.#isBroken || this.#isClosedByUs) return;
    this.#isBroken = true;
    this.#onIdle();
    if (!this.#load.signal.aborted)
      this.#load.failures.add(failureClass, "app-echo", message, this.#pending[0]?.dueMs);
    this.#socket?.terminate();
  }
}
