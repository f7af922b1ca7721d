import { Duplex } from "node:stream";
import type { RawData, WebSocket } from "ws";

/** A websocket's binary frames as one byte stream. */
export class WebSocketStream extends Duplex {
  readonly #socket: WebSocket;
  /** ssh2 reports the address and the port of every connection. */
  readonly remoteAddress = "127.0.0.1";

  readonly remotePort: number;

  constructor(socket: WebSocket, remotePort: number) {
    super({ allowHalfOpen: false });
    this.#socket = socket;
    this.remotePort = remotePort;
    socket.on("message", (data: RawData) => {
      if (!this.push(data)) socket.pause();
    });
    socket.on("close", () => {
      this.push(null);
      this.destroy();
    });
    socket.on("error", () => this.destroy());
  }

  /** A websocket already runs without Nagle. */
  setNoDelay(): this {
    return this;
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    if (this.#socket.readyState !== this.#socket.OPEN) {
      done();
      return;
    }
    this.#socket.send(chunk, (error) => done(error ?? null));
  }

  override _final(done: () => void): void {
    this.#socket.close(1000);
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.close(error ? 1011 : 1000);
    done(null);
  }
}
