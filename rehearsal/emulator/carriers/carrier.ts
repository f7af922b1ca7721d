import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { WebSocketServer } from "ws";
import { Heartbeats } from "../http/heartbeats.ts";
import { Gauges } from "../metrics/gauges.ts";
import { SshTunnels } from "../ssh/ssh-tunnels.ts";
import { servePty } from "../terminal/pty-socket.ts";
import { TerminalSessions } from "../terminal/sessions.ts";
import { WEBSOCKETS } from "../websockets.ts";
import type { CarriedCounts, CarrierOrder } from "./messages.ts";

/** How often its counts are reported, in milliseconds. Coder's own are as old as 15 seconds. */
const REPORT_EVERY_MS = 200;

/** Serves terminals and SSH of one emulator in a process of its own, and ends with the emulator. */
export function runCarrier(): void {
  let carrier: Carrier | undefined;
  for (const signal of ["SIGINT", "SIGHUP"] as const) process.on(signal, () => undefined);
  process.once("disconnect", () => process.exit(0));
  process.on("message", (order: CarrierOrder, socket: unknown) => {
    if (order.type === "start") carrier = new Carrier(order);
    else if (order.type === "end-agent") carrier?.endAgent(order.agentId);
    else if (socket instanceof Socket) carrier?.upgrade(order, socket);
  });
}

class Carrier {
  readonly #gauges = new Gauges();
  readonly #terminals: TerminalSessions;
  readonly #ssh: SshTunnels;
  readonly #heartbeats: Heartbeats;
  readonly #server = new WebSocketServer(WEBSOCKETS);
  #reported = "";

  constructor({ pace, isPinging }: Extract<CarrierOrder, { type: "start" }>) {
    this.#terminals = new TerminalSessions(pace);
    this.#ssh = new SshTunnels(this.#gauges, pace.shellDelayMs);
    this.#heartbeats = new Heartbeats({ isPinging });
    setInterval(() => this.#report(), REPORT_EVERY_MS).unref();
  }

  upgrade(order: Extract<CarrierOrder, { type: "upgrade" }>, socket: Socket): void {
    socket.on("error", () => socket.destroy());
    const { method, url, headers, session, pattern } = order;
    // All that the upgrade reads of a request.
    const request = Object.assign(new IncomingMessage(socket), { method, url, headers });
    this.#server.handleUpgrade(request, socket, Buffer.from(order.head, "base64"), (websocket) => {
      websocket.once("close", this.#gauges.socketOpened(pattern));
      this.#heartbeats.add(websocket);
      if (session.kind === "terminal") servePty(websocket, session.terminal, this.#terminals, this.#gauges);
      else this.#ssh.serve(websocket, session.host, session.agentId);
    });
  }

  endAgent(agentId: string): void {
    this.#terminals.endAgent(agentId);
    this.#ssh.endAgent(agentId);
  }

  #report(): void {
    const { terminals, sshSessions, bytesIn, bytesOut, websockets } = this.#gauges;
    const counts: CarriedCounts = {
      ...{ terminals, sshSessions, bytesIn, bytesOut },
      websockets: Object.fromEntries(websockets),
    };
    const text = JSON.stringify(counts);
    if (text === this.#reported) return;
    this.#reported = text;
    process.send?.(counts);
  }
}
