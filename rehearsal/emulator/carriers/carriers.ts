import { type ChildProcess, fork } from "node:child_process";
import type { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { EmulatorConfig } from "../config.ts";
import { add, type Gauges } from "../metrics/gauges.ts";
import type { CarriedCounts, CarriedSession, CarrierOrder } from "./messages.ts";

/** The flag of the emulator's program by which it is a carrier. */
export const CARRIER_FLAG = "--carrier";

/**
 * Up to so many replicas, the emulator's own process serves everything: it may open 20,000 files on a usual machine,
 * and sizes with so few replicas have at most 15,000 connections.
 */
const REPLICAS_OF_ONE_PROCESS = 4;

/** Replicas of one carrier: those of 10,000 users hold 5,000 connections each. */
const REPLICAS_OF_A_CARRIER = 3;

/** Returns how many processes carry the connections to workspaces; 0 = the emulator's own does. */
export function countCarriers(replicas: number, { tls }: Pick<EmulatorConfig, "tls">): number {
  // Only plain sockets can be passed to another process.
  if (tls !== undefined || replicas <= REPLICAS_OF_ONE_PROCESS) return 0;
  return Math.ceil(replicas / REPLICAS_OF_A_CARRIER);
}

/** The processes that carry terminals and SSH of a large deployment. What they count is added to the emulator's gauges. */
export class Carriers {
  readonly #children: readonly ChildProcess[];
  readonly #gauges: Gauges;

  constructor(
    count: number,
    {
      gauges,
      pace,
      isPinging,
      program = process.argv[1] ?? "",
    }: {
      readonly gauges: Gauges;
      readonly pace: Pick<EmulatorConfig, "buildSpeed" | "shellDelayMs">;
      readonly isPinging: boolean;
      /** The emulator's program. @default that of this process */
      readonly program?: string;
    },
  ) {
    this.#gauges = gauges;
    this.#children = Array.from({ length: count }, () => {
      const child = fork(program, [CARRIER_FLAG], { stdio: ["ignore", "ignore", "inherit", "ipc"] });
      // A carrier that died shows in its lost connections, as a replica that died does.
      child.on("error", () => undefined);
      this.#count(child);
      const { buildSpeed, shellDelayMs } = pace;
      order(child, {
        type: "start",
        pace: { buildSpeed, ...(shellDelayMs === undefined ? {} : { shellDelayMs }) },
        isPinging,
      });
      return child;
    });
  }

  /** Passes a connection on that was allowed; false if the emulator must serve it itself. */
  take(
    session: CarriedSession,
    {
      pattern,
      request,
      socket,
      head,
    }: { pattern: string; request: IncomingMessage; socket: Duplex; head: Buffer },
  ): boolean {
    if (this.#children.length === 0 || !(socket instanceof Socket)) return false;
    const agentId = session.kind === "terminal" ? session.terminal.agentId : session.agentId;
    // The same terminal may be opened again, so an agent always has the same carrier.
    const child = this.#children[parseInt(agentId.slice(0, 8), 16) % this.#children.length];
    if (child?.connected !== true) {
      socket.destroy();
      return true;
    }
    stopReading(socket);
    const { method = "GET", url = "", headers } = request;
    order(
      child,
      { type: "upgrade", pattern, session, method, url, headers, head: head.toString("base64") },
      socket,
    );
    return true;
  }

  /** The agent's workspace went down. */
  endAgent(agentId: string): void {
    for (const child of this.#children) order(child, { type: "end-agent", agentId });
  }

  close(): void {
    for (const child of this.#children) child.kill("SIGKILL");
  }

  /** Adds the changes of a carrier's counts to the gauges; a carrier that ended holds nothing any more. */
  #count(child: ChildProcess): void {
    let before: CarriedCounts = { terminals: 0, sshSessions: 0, bytesIn: 0, bytesOut: 0, websockets: {} };
    const take = (now: CarriedCounts): void => {
      this.#gauges.terminals += now.terminals - before.terminals;
      this.#gauges.sshSessions += now.sshSessions - before.sshSessions;
      this.#gauges.bytesIn += now.bytesIn - before.bytesIn;
      this.#gauges.bytesOut += now.bytesOut - before.bytesOut;
      for (const pattern of new Set([...Object.keys(now.websockets), ...Object.keys(before.websockets)]))
        add(
          this.#gauges.websockets,
          pattern,
          (now.websockets[pattern] ?? 0) - (before.websockets[pattern] ?? 0),
        );
      before = now;
    };
    child.on("message", (counts: CarriedCounts) => take(counts));
    child.once("exit", () => take({ ...before, terminals: 0, sshSessions: 0, websockets: {} }));
  }
}

/**
 * Node goes on reading from a socket until the other process has confirmed it, and drops what it reads. `pause` does
 * not stop that, and there is no public way.
 */
function stopReading(socket: Socket): void {
  const { _handle: handle } = socket as unknown as { _handle?: { readStop?: () => void } | null };
  handle?.readStop?.();
}

function order(child: ChildProcess, message: CarrierOrder, socket?: Socket): void {
  // A carrier that ends meanwhile closes its connections.
  child.send(message, socket, {}, (error) => {
    if (error !== null) socket?.destroy();
  });
}
