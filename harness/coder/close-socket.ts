import type { WebSocket } from "ws";

/** How long the other side may take to answer our close. */
const CLOSE_GRACE_MS = 2_000;

/** Closes a websocket, and ends it if the other side does not answer. */
export function closeSocket(socket: WebSocket): void {
  socket.close(1000);
  setTimeout(() => socket.terminate(), CLOSE_GRACE_MS).unref();
}
