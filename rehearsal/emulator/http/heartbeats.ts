import type { WebSocket } from "ws";

const BEATS = 15;

/** Pings every open websocket each 15 seconds, a fifteenth of them each second: no timer per connection. */
export class Heartbeats {
  readonly #slots = Array.from({ length: BEATS }, () => new Set<WebSocket>());
  readonly #timer: NodeJS.Timeout | undefined;
  #next = 0;
  #beat = 0;

  constructor({ isPinging }: { readonly isPinging: boolean }) {
    if (!isPinging) return;
    this.#timer = setInterval(() => {
      this.#beat = (this.#beat + 1) % BEATS;
      for (const socket of this.#slots[this.#beat] ?? [])
        if (socket.readyState === socket.OPEN) socket.ping();
    }, 1_000);
    this.#timer.unref();
  }

  add(socket: WebSocket): void {
    const slot = this.#slots[this.#next % BEATS];
    this.#next += 1;
    slot?.add(socket);
    socket.once("close", () => slot?.delete(socket));
  }

  close(): void {
    clearInterval(this.#timer);
    for (const slot of this.#slots) for (const socket of slot) socket.terminate();
  }
}
