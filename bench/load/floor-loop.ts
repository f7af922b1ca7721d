import { randomUUID } from "node:crypto";
import { json } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { WebSocket } from "ws";
import type { FloorTask } from "./floor.ts";

// The least that a load generator can be: opens, types and reads, and says on stdout what it is at.

const OPENS_IN_FLIGHT = 32;
/** As refbench wakes for a group of events. */
const WAKE_MS = 10;

const task = (await json(process.stdin)) as FloorTask;
const bytes = task.trafficBytes ?? 0;
const sockets: WebSocket[] = [];
let failures = 0;

say("connecting");
for (let from = 0; from < task.connections; from += OPENS_IN_FLIGHT) {
  const batch = Math.min(OPENS_IN_FLIGHT, task.connections - from);
  await Promise.all(Array.from({ length: batch }, (_, index) => open(from + index)));
}
say("holding");
const count = task.commandsPerSecond * task.holdSeconds;
const startMs = performance.now();
for (let sent = 0; sent < count;) {
  const due = ((performance.now() - startMs) / 1000) * task.commandsPerSecond;
  for (; sent < Math.min(due, count); sent++)
    sockets[sent % sockets.length]?.send(
      Buffer.from(JSON.stringify({ data: `${`echo n${sent}`.padEnd(bytes - 1, "x")}\r` })),
    );
  await sleep(WAKE_MS);
}
say("done");
say(`failures ${failures}`);
process.exit(0);

function open(index: number): Promise<void> {
  const { agentId, token } = task.terminals[index % task.terminals.length] ?? { agentId: "", token: "" };
  const path = `/api/v2/workspaceagents/${agentId}/pty?reconnect=${randomUUID()}&width=80&height=24`;
  const socket = new WebSocket(`${task.url.replace(/^http/, "ws")}${path}`, {
    perMessageDeflate: false,
    headers: { "coder-session-token": token },
  });
  return new Promise((resolve) => {
    socket.once("message", () => {
      sockets.push(socket);
      if (task.trafficBytes !== undefined) socket.send(Buffer.from(JSON.stringify({ data: "stty -echo\r" })));
      resolve();
    });
    socket.on("error", () => {
      failures++;
      resolve();
    });
  });
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
