import { randomBytes } from "node:crypto";
import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";

/** The relay's public key: nothing is ever relayed, so any key is good enough. */
const KEY = randomBytes(32);
const SERVER_KEY = 0x01;
const MAGIC = Buffer.from("DERP🔑", "utf8");

/** A relay's first frame: its type, its length, and its key behind the protocol's mark. */
function greeting(): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(SERVER_KEY, 0);
  head.writeUInt32BE(MAGIC.length + KEY.length, 1);
  return Buffer.concat([head, MAGIC, KEY]);
}

/** A relay over a websocket that knows no peer: it greets, listens and has nothing to pass on. */
export function serveDerpSocket(socket: WebSocket): void {
  socket.on("message", () => undefined);
  socket.send(greeting());
}

/** The same over the bare connection, as Coder's own clients ask for it first. */
export function serveDerpStream(socket: Duplex): void {
  socket.write(
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: DERP\r\nConnection: Upgrade\r\n" +
      `Derp-Version: 2\r\nDerp-Public-Key: ${KEY.toString("hex")}\r\n\r\n`,
  );
  socket.write(greeting());
  socket.resume();
}
