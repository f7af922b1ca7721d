import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import type WebSocket from "ws";
import { closed, emulated, refused } from "./driver.ts";
import type { Driver } from "./driver.ts";

let driver: Driver;
let agentId: string;
beforeAll(async () => {
  driver = await emulated();
  agentId = (await driver.ready("terminals")).agent.id;
});
afterAll(() => driver.close());

/** One web terminal, with what it showed so far. */
function terminal(query: Record<string, string> = {}) {
  const parameters = new URLSearchParams({ reconnect: randomUUID(), width: "80", height: "24", ...query });
  const socket = driver.socket(`/api/v2/workspaceagents/${agentId}/pty?${parameters.toString()}`);
  let shown = "";
  const waiting = new Set<() => void>();
  socket.on("message", (bytes, isBinary) => {
    shown += isBinary ? (bytes as Buffer).toString("utf8") : "TEXT";
    for (const check of [...waiting]) check();
  });
  const end = closed(socket);
  return {
    socket,
    end,
    shown: () => shown,
    open: () => new Promise<void>((resolve) => socket.once("open", () => resolve())),
    type: (data: string) => send(socket, JSON.stringify({ data })),
    until: (pattern: RegExp) =>
      new Promise<string>((resolve) => {
        const check = (): void => {
          if (!pattern.test(shown)) return;
          waiting.delete(check);
          resolve(shown);
        };
        waiting.add(check);
        check();
      }),
  };
}

function send(socket: WebSocket, text: string): void {
  socket.send(Buffer.from(text));
}

test("a command runs with real output and ends with 1000 and no exit code", async () => {
  const one = terminal({ command: "sleep 0.01 && echo hello" });
  expect(await one.end).toEqual({ code: 1000, reason: "" });
  expect(one.shown()).toBe("hello\r\n");
  const failing = terminal({ command: "echo before; no-such-thing" });
  expect((await failing.end).code).toBe(1000);
  expect(failing.shown()).toBe("before\r\nsh: 1: no-such-thing: not found\r\n");
});

test("with its echo off a terminal shows only what is printed, until it is on again", async () => {
  const one = terminal();
  await one.open();
  one.type("stty -echo; echo qui''et\r");
  await one.until(/quiet/);
  one.type("echo un''seen; stty echo; echo lo''ud\r");
  await one.until(/loud/);
  expect(one.shown()).toContain("unseen");
  expect(one.shown()).not.toContain("un''seen");
  one.type("echo se''en\r");
  await one.until(/seen\r\n[^]*seen\r\n/);
  expect(one.shown()).toContain("se''en");
  one.socket.close();
  await one.end;
});

test("typed text is echoed, and the shell answers at its prompt", async () => {
  const one = terminal();
  await one.open();
  await one.until(/\$ $/);
  one.type("echo 'a'\"b\"\r");
  expect(await one.until(/\nab\r\n\$ $/)).toContain("$ echo 'a'\"b\"\r\nab\r\n$ ");
  one.type("false; echo $?\r");
  await one.until(/\n1\r\n\$ $/);
  one.type("exit\r");
  expect((await one.end).code).toBe(1000);
});

test("text typed before the shell is up is echoed before its prompt", async () => {
  const slow = await emulated({ buildSpeed: 10 });
  const { agent } = await slow.ready("slow");
  const socket = slow.socket(`/api/v2/workspaceagents/${agent.id}/pty?reconnect=${randomUUID()}`);
  let shown = "";
  socket.on("message", (bytes) => (shown += (bytes as Buffer).toString()));
  socket.on("open", () => send(socket, JSON.stringify({ data: "echo n''once; exit\r" })));
  await closed(socket);
  expect(shown).toBe("echo n''once; exit\r\n$ nonce\r\n");
  await slow.close();
});

test("backspace edits the line, and control characters do not run", async () => {
  const one = terminal();
  await one.until(/\$ $/);
  one.type("echo wronk\x7fg\r");
  expect(await one.until(/\nwrong\r\n/)).toContain("wronk\b \bg");
});

test("a resize reaches the terminal; its default is 80 by 80", async () => {
  const one = terminal();
  await one.until(/\$ $/);
  send(one.socket, JSON.stringify({ width: 120, height: 40 }));
  one.type("stty size\r");
  await one.until(/\n40 120\r\n/);
  const plain = terminal({ width: "", height: "", command: "stty size" });
  await plain.end;
  expect(plain.shown()).toBe("80 80\r\n");
});

test("several objects may come in one frame, and one object in two", async () => {
  const one = terminal();
  await one.until(/\$ $/);
  send(one.socket, `{"data":"ec"}{"data":"ho o"} {"da`);
  send(one.socket, `ta":"n}e\\r"}`);
  await one.until(/\non}e\r\n/);
});

test("a text frame closes 1003 and bad JSON 1000", async () => {
  const text = terminal();
  await text.open();
  text.socket.send('{"data":"x"}');
  expect(await text.end).toEqual({
    code: 1003,
    reason: "unexpected frame type read (expected MessageBinary): MessageText",
  });
  const bad = terminal();
  await bad.open();
  send(bad.socket, "nonsense");
  expect(await bad.end).toEqual({ code: 1000, reason: "" });
});

test("Ctrl-C ends a command with ^C and 1000, and gives a shell its prompt back", async () => {
  const command = terminal({ command: "dd if=/dev/stdin of=/dev/null bs=1024 status=none" });
  await command.open();
  command.type("some bytes\n");
  await command.until(/some bytes\r\n/);
  command.type("\u0003");
  expect((await command.end).code).toBe(1000);
  expect(command.shown()).toBe("some bytes\r\n^C");
  const early = terminal({ command: "cat" });
  await early.open();
  early.type("\u0003");
  expect((await early.end).code).toBe(1000);
  const shell = terminal();
  await shell.until(/\$ $/);
  shell.type("sleep 1000\r");
  await shell.until(/sleep 1000\r\n/);
  shell.type("\u0003");
  await shell.until(/\^C\r\n\$ $/);
});

test("an echo loop gives every line back twice: the terminal's echo and the program's", async () => {
  const one = terminal({ command: "cat" });
  await one.open();
  one.type("line\r");
  await one.until(/line\r\nline\r\n/);
  one.type("\u0004");
  expect((await one.end).code).toBe(1000);
});

test("the same reconnect id finds the same shell and its buffer", async () => {
  const reconnect = randomUUID();
  const first = terminal({ reconnect });
  await first.until(/\$ $/);
  first.type("MARK=kept; echo shown\r");
  await first.until(/\nshown\r\n\$ /);
  first.socket.close();
  await first.end;
  const second = terminal({ reconnect });
  await second.until(/\nshown\r\n\$ /);
  second.type("echo $MARK\r");
  await second.until(/\nkept\r\n/);
});

test("a large frame is taken, and output comes in messages of a kilobyte at most", async () => {
  const one = terminal({ command: "cat" });
  const sizes: number[] = [];
  one.socket.on("message", (bytes) => sizes.push((bytes as Buffer).length));
  await one.open();
  one.type(`${"x".repeat(40_000)}\r`);
  await one.until(/x\r\n/);
  expect(one.shown().indexOf("\r")).toBe(40_000);
  expect(Math.max(...sizes)).toBe(1_024);
});

test("without a token the terminal is not found; without a reconnect id it is a bad request", async () => {
  const path = `/api/v2/workspaceagents/${agentId}/pty`;
  expect(await refused(driver.socket(`${path}?reconnect=${randomUUID()}`, {}))).toBe(404);
  expect(await refused(driver.socket(path))).toBe(400);
  expect(
    await refused(driver.socket(`/api/v2/workspaceagents/${randomUUID()}/pty?reconnect=${randomUUID()}`)),
  ).toBe(404);
});

test("a stopped workspace ends its terminals and then refuses them with 1011", async () => {
  const { workspace, agent } = await driver.ready("stopping");
  const path = `/api/v2/workspaceagents/${agent.id}/pty?reconnect=${randomUUID()}`;
  const socket = driver.socket(path);
  const end = closed(socket);
  await new Promise((resolve) => socket.once("message", resolve));
  const stop = await driver.post(`/api/v2/workspaces/${workspace.id}/builds`, { transition: "stop" });
  expect((await driver.built(stop.json.id)).status).toBe("stopped");
  expect((await end).code).toBe(1000);
  const late = await closed(driver.socket(path));
  expect(late.code).toBe(1011);
  expect(late.reason).toContain("dial workspace agent");
});
