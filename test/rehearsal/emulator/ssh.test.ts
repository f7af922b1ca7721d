import { afterAll, beforeAll, expect, test } from "vitest";
import { Client } from "ssh2";
import type { ClientChannel } from "ssh2";
import { createWebSocketStream } from "ws";
import { closed, emulated, eventually, refused } from "./driver.ts";
import type { Driver } from "./driver.ts";

let driver: Driver;
let agentId: string;
beforeAll(async () => {
  driver = await emulated();
  agentId = (await driver.ready("ssh")).agent.id;
});
afterAll(() => driver.close());

function connect(agent = agentId): Promise<Client> {
  const socket = driver.socket(`/api/v2/workspaceagents/${agent}/refbench-ssh`);
  const client = new Client();
  return new Promise((resolve, reject) => {
    socket.on("error", reject);
    client.on("error", () => undefined);
    socket.on("close", () => client.destroy());
    client.on("ready", () => resolve(client));
    socket.on("open", () => {
      client.connect({ sock: createWebSocketStream(socket), username: "coder", authHandler: ["none"] });
    });
  });
}

interface Run {
  readonly channel: ClientChannel;
  readonly end: Promise<{ output: string; status: number | undefined }>;
}

/** Opens a channel and listens to it before anything else can arrive. */
function run(open: (done: (error: Error | undefined, channel: ClientChannel) => void) => void): Promise<Run> {
  return new Promise((resolve, reject) =>
    open((error, channel) => {
      if (error) reject(error);
      let output = "";
      let status: number | undefined;
      channel.on("data", (bytes: Buffer) => (output += bytes.toString()));
      channel.stderr.on("data", (bytes: Buffer) => (output += bytes.toString()));
      channel.on("exit", (code: number) => (status = code));
      const end = new Promise<{ output: string; status: number | undefined }>((ended) =>
        channel.on("close", () => ended({ output, status })),
      );
      resolve({ channel, end });
    }),
  );
}

test("exec answers with output and exit status, several times on one connection", async () => {
  const client = await connect();
  for (const [command, output, status] of [
    ["echo hello", "hello\n", 0],
    ["no-such", "sh: 1: no-such: not found\n", 127],
    ["exit 3", "", 3],
  ] as const) {
    const { end } = await run((done) => client.exec(command, done));
    expect(await end).toEqual({ output, status });
  }
  client.end();
});

test("an echo loop without a terminal gives each byte back once", async () => {
  const client = await connect();
  const { channel: loop, end } = await run((done) =>
    client.exec("dd if=/dev/stdin of=/dev/stdout bs=1024 status=none", done),
  );
  loop.write("no echo here\n");
  loop.end();
  expect(await end).toEqual({ output: "no echo here\n", status: 0 });
  client.end();
});

test("a shell on a terminal echoes, knows its size and says good-bye with its status", async () => {
  const client = await connect();
  const { channel: shell, end } = await run((done) => client.shell({ cols: 100, rows: 30 }, done));
  shell.write("stty size; echo no''nce\rexit 4\r");
  const { output, status } = await end;
  expect(output).toContain("30 100\r\nnonce\r\n");
  expect(status).toBe(4);
  client.end();
});

test("the server counts SSH sessions, and deleting the workspace ends them", async () => {
  const fast = driver;
  const { workspace, agent } = await fast.ready("counted");
  const client = await connect(agent.id);
  const gone = new Promise<void>((resolve) => client.on("close", () => resolve()));
  const sessions = async (): Promise<number> =>
    (await fast.get("/api/v2/deployment/stats")).json.session_count.ssh;
  await eventually(async () => (await sessions()) === 1);
  await fast.deleted(workspace.id);
  await gone;
  await eventually(async () => (await sessions()) === 0);
});

test("the tunnel wants a session and a connected agent", async () => {
  expect(await refused(driver.socket(`/api/v2/workspaceagents/${agentId}/refbench-ssh`, {}))).toBe(401);
  const { workspace, agent } = await driver.ready("stopped-ssh");
  const stop = await driver.post(`/api/v2/workspaces/${workspace.id}/builds`, { transition: "stop" });
  await driver.built(stop.json.id);
  expect((await closed(driver.socket(`/api/v2/workspaceagents/${agent.id}/refbench-ssh`))).code).toBe(1011);
});
