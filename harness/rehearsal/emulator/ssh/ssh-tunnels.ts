import type { WebSocket } from "ws";
import type { Gauges } from "../metrics/gauges.ts";
import type { WorkspaceHost } from "../terminal/shell.ts";

/** SSH into workspaces. */
export class SshTunnels {
  readonly #gauges: Gauges;

  constructor(gauges: Gauges) {
    this.#gauges = gauges;
  }

  serve(socket: WebSocket, _host: WorkspaceHost, _agentId: string): void {
    socket.close(1011, `no ssh yet ${this.#gauges.sshSessions}`);
  }

  endAgent(_agentId: string): void {
    return;
  }
}
