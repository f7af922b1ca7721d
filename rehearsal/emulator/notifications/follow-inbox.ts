import type { WebSocket } from "ws";
import type { EmulatedDeployment } from "../context.ts";

/** Sends each notification of the user from now on. */
export function followInbox({ world }: EmulatedDeployment, userId: string, socket: WebSocket): void {
  const send = (notification: unknown): void => socket.send(JSON.stringify(notification));
  const followers = world.inboxes.get(userId) ?? new Set();
  world.inboxes.set(userId, followers.add(send));
  socket.once("close", () => {
    followers.delete(send);
    if (followers.size === 0) world.inboxes.delete(userId);
  });
  socket.on("error", () => socket.terminate());
}
