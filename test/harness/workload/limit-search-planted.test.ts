import { createServer, type IncomingMessage, request } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { expect, test } from "vitest";
import { systemClock } from "../../../harness/model/clock.ts";
import type { ShardRunner } from "../../../harness/model/shard.ts";
import { findLimit } from "../../../harness/workload/limit-search.ts";
import { runTask } from "../../../harness/workload/run-task.ts";
import { startFakeCoder } from "../../support/fake-coder.ts";
import { loadTaskFor } from "../../support/load-task.ts";

const signal = new AbortController().signal;

/** Runs tasks in this process. */
const here: ShardRunner = {
  run: (task, options) =>
    runTask(task, { signal: options.signal, clock: systemClock, emit: options.onEvent }),
};

/** A way to Coder that lets so many websockets stand at once and no more. */
async function narrowWay(url: string, most: number) {
  const { hostname, port } = new URL(url);
  let standing = 0;
  const open = new Set<Duplex>();
  const server = createServer((asked, answer) => {
    const { method, url: path, headers } = asked;
    const passed = request({ hostname, port, method, path, headers }, (reply: IncomingMessage) => {
      answer.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.pipe(answer);
    });
    passed.on("error", () => answer.destroy());
    asked.pipe(passed);
  });
  server.on("connection", (socket: Socket) => {
    open.add(socket);
    socket.on("close", () => open.delete(socket));
  });
  server.on("upgrade", (asked, socket: Duplex) => {
    socket.on("error", () => socket.destroy());
    if (standing >= most) {
      socket.end("HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
      return;
    }
    standing++;
    socket.once("close", () => standing--);
    const lines = asked.rawHeaders.flatMap((name, index, all) =>
      index % 2 === 0 ? [`${name}: ${all[index + 1] ?? ""}`] : [],
    );
    const passed = connect(Number(port), hostname, () => {
      passed.write(`GET ${asked.url ?? "/"} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`);
      passed.pipe(socket).pipe(passed);
    });
    passed.on("error", () => socket.destroy());
    passed.on("close", () => socket.destroy());
    socket.on("close", () => passed.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test("connections to workspaces that stay are raised to what the way to them carries, and confirmed there", async () => {
  await using coder = await startFakeCoder();
  await using way = await narrowWay(coder.url, 37);
  coder.addWorkspace("w-0", "running");
  coder.addWorkspace("w-1", "running");
  const task = loadTaskFor(
    { url: way.url, token: coder.token },
    {
      existing: { namePrefix: "w-" },
      // How busy this machine is must not be the limit that is found.
      generatorLimits: {
        ...{ slipP99Ms: 60_000, slipMaxMs: 60_000, lagP99Ms: 60_000 },
        ...{ eventLoopUtilization: 2, runQueueShare: 100 },
      },
      connections: { total: 10, sshShare: 0, holdMs: 50, commandsPerSecond: 20 },
    },
  );
  const found = await findLimit("connections", {
    ...{ runner: here, task, from: 10, upTo: 200, resolution: 2, clock: systemClock, signal },
    judge: ({ connections: { held, asked } }) =>
      held === asked ? [] : [`${asked - held} of ${asked} connections were not held`],
  });
  expect(found).toMatchObject({ ended: "found", limit: 36, isConfirmed: true });
  expect(found.reasons[0]).toContain("of 38 connections were not held");
}, 60_000);
