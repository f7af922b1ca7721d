import type { RawData, WebSocket } from "ws";
import type { Gauges } from "../metrics/gauges.ts";
import { JsonStream } from "./json-stream.ts";
import type { TerminalRequest, TerminalSessions, Viewer } from "./sessions.ts";

/** Above this the client is slower than its terminal: stop reading from it until it catches up. */
const SLOW_BYTES = 256 * 1024;

/** One web terminal's websocket: JSON in, raw bytes out, Coder's close codes. */
export function servePty(
  socket: WebSocket,
  request: TerminalRequest,
  sessions: TerminalSessions,
  gauges: Gauges,
): void {
  const stream = new JsonStream();
  const session = sessions.open(request);
  const viewer: Viewer = {
    show: (bytes) => {
      gauges.bytesOut += bytes.length;
      if (socket.bufferedAmount < SLOW_BYTES) socket.send(bytes);
      else {
        socket.pause();
        socket.send(bytes, () => socket.resume());
      }
    },
    ended: () => socket.close(1000),
  };
  gauges.terminals += 1;
  socket.once("close", () => {
    gauges.terminals -= 1;
    session.detach(viewer);
  });
  socket.on("error", () => socket.terminate());
  socket.on("message", (data: RawData, isBinary: boolean) => {
    if (!isBinary) {
      socket.close(1003, "unexpected frame type read (expected MessageBinary): MessageText");
      return;
    }
    const frame = data as Buffer;
    gauges.bytesIn += frame.length;
    try {
      for (const message of stream.push(frame)) {
        if (typeof message.width === "number" && message.width > 0) session.tty.width = message.width;
        if (typeof message.height === "number" && message.height > 0) session.tty.height = message.height;
        if (typeof message.data === "string" && message.data !== "")
          session.tty.type(Buffer.from(message.data));
      }
    } catch {
      socket.close(1000);
    }
  });
  session.attach(viewer);
}
