import { connect } from "node:net";
import { once } from "node:events";
import { afterAll, beforeAll, expect, test } from "vitest";
import { emulated, refused } from "./driver.ts";
import type { Driver } from "./driver.ts";

let driver: Driver;
let agentId: string;
beforeAll(async () => {
  driver = await emulated();
  agentId = (await driver.ready("tailnet")).agent.id;
});
afterAll(() => driver.close());

test("the relay greets with its key on the bare connection that Coder's clients ask for", async () => {
  const { hostname, port } = new URL(driver.url);
  const socket = connect(Number(port), hostname);
  socket.write("GET /derp HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: DERP\r\n\r\n");
  let heard = Buffer.alloc(0);
  for await (const chunk of socket) {
    heard = Buffer.concat([heard, chunk as Buffer]);
    const body = heard.subarray(heard.indexOf("\r\n\r\n") + 4);
    if (body.length >= 45) break;
  }
  const [head = ""] = heard.toString("latin1").split("\r\n\r\n");
  expect(head).toMatch(/^HTTP\/1\.1 101 .*\r\nUpgrade: DERP/s);
  const frame = heard.subarray(heard.indexOf("\r\n\r\n") + 4);
  expect([frame.readUInt8(0), frame.readUInt32BE(1)]).toEqual([1, 40]);
  expect(frame.subarray(5, 13).toString("utf8")).toBe("DERP🔑");
});

test("the relay needs no token", async () => {
  const response = await fetch(`${driver.url}/derp`);
  expect([response.status, await response.text()]).toEqual([426, "DERP requires connection upgrade\n"]);
});

test("coordination answers the multiplexer's pings and takes its streams", async () => {
  const socket = driver.socket(`/api/v2/workspaceagents/${agentId}/coordinate?version=2.0`);
  await once(socket, "open");
  const answers: Buffer[] = [];
  socket.on("message", (data: Buffer) => answers.push(data));
  // A ping with its word, then a stream opened with three bytes, cut in the middle of a header.
  const sent = Buffer.from("000200010000000000000042" + "000000010000000100000003" + "010203", "hex");
  socket.send(sent.subarray(0, 17));
  socket.send(sent.subarray(17));
  await expect.poll(() => answers.length).toBe(3);
  expect(answers.map((one) => one.toString("hex"))).toEqual([
    "000200020000000000000042",
    "000100020000000100000000",
    "000100000000000100000003",
  ]);
  socket.close();
});

test("coordination refuses a version that it does not speak", async () => {
  const socket = driver.socket(`/api/v2/workspaceagents/${agentId}/coordinate?version=9.9`);
  expect(await refused(socket)).toBe(400);
});
