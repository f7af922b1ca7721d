/** The faults of a message; every message but a lost one ends as before. */
export type MessageFault = "message-lost" | "message-twice" | "message-shortened" | "message-changed";

/** How many of its last bytes stay: the end of a line. */
const END = 2;
const SHORTER_BY = 20;

/** Changes messages of a server's websocket from its upgrade on, each whole frame separately. */
export class MessageRewriter {
  readonly #fault: MessageFault;
  readonly #longerThan: number;
  #isUpgraded = false;
  #kept: Buffer = Buffer.alloc(0);

  constructor(fault: MessageFault, longerThan: number) {
    this.#fault = fault;
    this.#longerThan = longerThan;
  }

  /** Returns the bytes to pass on; keeps an incomplete message until the rest arrives. */
  rewrite(bytes: Buffer): Buffer {
    this.#kept = Buffer.concat([this.#kept, bytes]);
    const out: Buffer[] = [];
    if (!this.#isUpgraded) {
      const end = this.#kept.indexOf("\r\n\r\n");
      if (end === -1) return Buffer.alloc(0);
      out.push(this.#take(end + 4));
      this.#isUpgraded = true;
    }
    for (let size = headerSize(this.#kept); size !== undefined; size = headerSize(this.#kept)) {
      const length = payloadLength(this.#kept);
      if (this.#kept.length < size + length) break;
      const frame = this.#take(size + length);
      out.push(...(length > this.#longerThan ? this.#changed(frame, size) : [frame]));
    }
    return Buffer.concat(out);
  }

  #take(length: number): Buffer {
    const taken = this.#kept.subarray(0, length);
    this.#kept = this.#kept.subarray(length);
    return taken;
  }

  #changed(frame: Buffer, headerLength: number): Buffer[] {
    const payload = frame.subarray(headerLength);
    switch (this.#fault) {
      case "message-lost":
        return [];
      case "message-twice":
        return [frame, frame];
      case "message-changed": {
        const changed = Buffer.from(frame);
        const at = frame.length - END - 1;
        changed[at] = (changed[at] ?? 0) ^ 1;
        return [changed];
      }
      case "message-shortened":
        return [
          framed(
            frame[0] ?? 0,
            Buffer.concat([payload.subarray(0, -END - SHORTER_BY), payload.subarray(-END)]),
          ),
        ];
    }
  }
}

/** Returns the header size of the frame that begins here; undefined until the header has arrived. */
function headerSize(bytes: Buffer): number | undefined {
  if (bytes.length < 2) return undefined;
  const size = { 126: 4, 127: 10 }[bytes[1] ?? 0] ?? 2;
  return bytes.length < size ? undefined : size;
}

/** A server's frames are not masked. */
function payloadLength(frame: Buffer): number {
  const short = frame[1] ?? 0;
  if (short === 126) return frame.readUInt16BE(2);
  return short === 127 ? Number(frame.readBigUInt64BE(2)) : short;
}

function framed(first: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(payload.length < 126 ? 2 : 4);
  header[0] = first;
  header[1] = Math.min(payload.length, 126);
  if (payload.length >= 126) header.writeUInt16BE(payload.length, 2);
  return Buffer.concat([header, payload]);
}
