import type { RawData, WebSocket } from "ws";
import { closeSocket } from "../../coder/close-socket.ts";
import { inboxNotification } from "../../coder/http/schemas.ts";
import type { Transport } from "../../coder/http/transport.ts";
import type { FailureClass } from "../../model/record/worker-result.ts";
import { messageOf } from "../../tools/error.ts";
import { parseJson } from "../../tools/parse-json.ts";
import { onSocketEnd } from "../context/socket-end.ts";

/** When something came, or why it did not. */
export type Arrival = { readonly atMs: number } | { readonly class: FailureClass; readonly message: string };

/** The stream of one user's inbox, as the dashboard follows it. */
export class InboxWatch {
  readonly #socket: WebSocket;
  readonly #names: string;
  /** When each title came first. */
  readonly #titles = new Map<string, number>();
  #openedMs: number | undefined;
  #ended: Exclude<Arrival, { atMs: number }> | undefined;
  #onChange: () => void = () => undefined;

  /** Titles without `names` are not kept: the inbox may fill with others. */
  constructor(transport: Transport, token: string, names: string) {
    this.#names = names;
    this.#socket = transport.webSocket("/api/v2/notifications/inbox/watch", token);
    onSocketEnd(transport, this.#socket, "the stream of the inbox", (failureClass, message) =>
      this.#end(failureClass, message),
    );
    this.#socket.on("open", () => {
      this.#openedMs = performance.now();
      this.#onChange();
    });
    this.#socket.on("message", (data: RawData) => this.#receive(data as Buffer));
  }

  /** Waits until the stream is open. */
  opened(timeoutMs: number): Promise<Arrival> {
    return this.#wait(timeoutMs, () => this.#openedMs, {
      class: "connect-timeout",
      message: `the stream of the inbox did not open within ${timeoutMs} ms`,
    });
  }

  /** Waits for a notification whose title has this name. */
  notified(name: string, timeoutMs: number): Promise<Arrival> {
    return this.#wait(timeoutMs, () => this.#cameMs(name), {
      class: "command-timeout",
      message: `the notification of ${name} was not in the inbox within ${timeoutMs} ms`,
    });
  }

  /** Whether a notification of this name has come. */
  has(name: string): boolean {
    return this.#cameMs(name) !== undefined;
  }

  /** Closes it; what it still waits for ends as lost. */
  close(): void {
    this.#end("connection-lost", "the stream of the inbox was closed by the load");
    closeSocket(this.#socket);
  }

  #cameMs(name: string): number | undefined {
    for (const [title, atMs] of this.#titles) if (title.includes(name)) return atMs;
    return undefined;
  }

  async #wait(
    timeoutMs: number,
    look: () => number | undefined,
    late: Exclude<Arrival, { atMs: number }>,
  ): Promise<Arrival> {
    const until = performance.now() + timeoutMs;
    const timer = setTimeout(() => this.#onChange(), timeoutMs);
    try {
      for (;;) {
        const atMs = look();
        if (atMs !== undefined) return { atMs };
        if (this.#ended !== undefined) return this.#ended;
        // A timer may ring a moment early.
        if (performance.now() >= until - 1) return late;
        await new Promise<void>((resolve) => (this.#onChange = resolve));
      }
    } finally {
      clearTimeout(timer);
    }
  }

  #receive(data: Buffer): void {
    const atMs = performance.now();
    try {
      const { title } = inboxNotification.parse(parseJson(data.toString())).notification;
      // The first one counts: a receiver who is told twice was told.
      if (title.includes(this.#names) && !this.#titles.has(title)) this.#titles.set(title, atMs);
      this.#onChange();
    } catch (error) {
      this.#end(
        "wrong-output",
        `the stream of the inbox sent something that is no notification: ${messageOf(error).split("\n", 1)[0] ?? ""}`,
      );
    }
  }

  /** Keeps the first reason. */
  #end(failureClass: FailureClass, message: string): void {
    this.#ended ??= { class: failureClass, message };
    this.#onChange();
  }
}
