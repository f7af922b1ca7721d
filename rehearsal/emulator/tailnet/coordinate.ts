import type { WebSocket } from "ws";

const HEADER_BYTES = 12;
const FRAME = { data: 0, windowUpdate: 1, ping: 2, goAway: 3 } as const;
const SYN = 1;
const ACK = 2;

/**
 * Coordination over a websocket for a network that no peer ever joins: the multiplexer (yamux) is answered, so that
 * clients see a living server; what they send on its streams has no answer.
 */
export function serveCoordinate(socket: WebSocket): void {
  let unread = Buffer.alloc(0);
  socket.on("message", (chunk: Buffer) => {
    unread = Buffer.concat([unread, chunk]);
    while (unread.length >= HEADER_BYTES) {
      const type = unread.readUInt8(1);
      const length = unread.readUInt32BE(8);
      const size = HEADER_BYTES + (type === FRAME.data ? length : 0);
      if (unread.length < size) return;
      const frame = unread.subarray(0, size);
      unread = unread.subarray(size);
      if (type === FRAME.goAway) socket.close(1000);
      else for (const answer of answersTo(frame)) socket.send(answer);
    }
  });
}

function answersTo(frame: Buffer): Buffer[] {
  const type = frame.readUInt8(1);
  const isSyn = (frame.readUInt16BE(2) & SYN) !== 0;
  const stream = frame.readUInt32BE(4);
  const length = frame.readUInt32BE(8);
  if (type === FRAME.ping) return isSyn ? [header(FRAME.ping, ACK, 0, length)] : [];
  return [
    ...(isSyn ? [header(FRAME.windowUpdate, ACK, stream, 0)] : []),
    // Open the window again by the bytes that were read.
    ...(type === FRAME.data && length > 0 ? [header(FRAME.windowUpdate, 0, stream, length)] : []),
  ];
}

function header(type: number, flags: number, stream: number, length: number): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES);
  bytes.writeUInt8(type, 1);
  bytes.writeUInt16BE(flags, 2);
  bytes.writeUInt32BE(stream, 4);
  bytes.writeUInt32BE(length, 8);
  return bytes;
}
