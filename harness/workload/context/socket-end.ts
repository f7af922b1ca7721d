import type { WebSocket } from "ws";
import { onNoUpgrade } from "../../coder/connect.ts";
import { messageTooLarge, type Transport } from "../../coder/http/transport.ts";
import type { FailureClass } from "../../model/record/worker-result.ts";
import { messageOf } from "../../tools/error.ts";
import { connectClass } from "./connect-class.ts";

/** Calls `end` for each reason for which a websocket carries nothing, or nothing more; `what` names it. */
export function onSocketEnd(
  transport: Transport,
  socket: WebSocket,
  what: string,
  end: (failureClass: FailureClass, message: string) => void,
): void {
  onNoUpgrade(transport, socket, ({ why, message }) => end(connectClass[why], message));
  socket.on("error", (error) => end("connection-lost", messageTooLarge(error) ?? messageOf(error)));
  socket.on("close", (code) => end("connection-lost", `${what} was closed with ${code}`));
}
