import { createWebSocketStream } from "ws";
import { type ConnectOptions, type ConnectOutcome, onNoUpgrade } from "../connect.ts";
import { openSshShell } from "./ssh-shell.ts";

/** Opens SSH through the emulator's websocket tunnel, whose binary frames are the raw SSH stream. */
export function openSsh(options: ConnectOptions): Promise<ConnectOutcome> {
  const path = `/api/v2/workspaceagents/${options.agentId}/refbench-ssh`;
  const socket = options.transport.webSocket(path, options.token, {
    traceparent: options.traceparent,
  });
  return openSshShell(
    {
      begin: (session, on) => {
        onNoUpgrade(options.transport, socket, on.failure);
        socket.on("ping", () => session.heard());
        socket.on("pong", () => session.heard());
        socket.on("close", (code) =>
          on.failure({ state: "failed", why: "lost", message: `the SSH tunnel closed with ${code}` }),
        );
        socket.on("open", () => on.stream(createWebSocketStream(socket)));
      },
      ping: () => {
        if (socket.readyState === socket.OPEN) socket.ping();
      },
      destroy: () => socket.terminate(),
    },
    options.connectMs,
  );
}
