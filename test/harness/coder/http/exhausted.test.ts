import { EventEmitter } from "node:events";
import type { WebSocket } from "ws";
import { expect, test } from "vitest";
import { type ConnectFailure, onNoUpgrade } from "../../../../harness/coder/connect.ts";
import { exhaustedBy, exhaustedSaid, isExhausted } from "../../../../harness/coder/http/exhausted.ts";
import { Transport } from "../../../../harness/coder/http/transport.ts";

const CODES = ["EMFILE", "ENFILE", "EADDRNOTAVAIL", "ENOBUFS", "ENOMEM", "EAGAIN"];

function errorOf(code: string): Error {
  return Object.assign(new Error(`connect ${code}`), { code });
}

test.each(CODES)("%s is the generator's, also inside other errors", (code) => {
  const plain = errorOf(code);
  const wrapped = new Error("fetch failed", { cause: plain });
  const each = new AggregateError([errorOf("ECONNREFUSED"), plain]);
  for (const error of [plain, wrapped, each]) {
    expect(exhaustedBy(error)).toContain(`(${code})`);
    expect(isExhausted(exhaustedBy(error) ?? "")).toBe(true);
  }
});

test.each(["ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "ENOTFOUND", "EPIPE"])("%s is not", (code) => {
  expect(exhaustedBy(errorOf(code))).toBeUndefined();
});

test.each(CODES)("a websocket that fails with %s failed at the generator", (code) => {
  const emitter: EventEmitter = new EventEmitter();
  const socket = emitter as unknown as WebSocket;
  const failures: ConnectFailure[] = [];
  onNoUpgrade(new Transport({ url: "http://127.0.0.1:1" }), socket, (failure) => failures.push(failure));
  socket.emit("error", errorOf(code));
  expect(failures).toEqual([expect.objectContaining({ why: "exhausted" })]);
});

test.each([
  ["dial tcp 127.0.0.1:80: socket: too many open files", "EMFILE"],
  ["dial tcp 10.0.0.1:443: connect: cannot assign requested address", "EADDRNOTAVAIL"],
  ["runtime: failed to create new OS thread (have 9 already; errno=11)", "EAGAIN"],
  ["fatal error: runtime: out of memory", "ENOMEM"],
  ["write tcp 10.0.0.1:4: write: no buffer space available", "ENOBUFS"],
])("Coder's client that says %j ran out of something here", (stderr, code) => {
  expect(exhaustedSaid(stderr)).toContain(`(${code})`);
});

test.each([
  "pq: sorry, too many clients already",
  "unexpected status code 500: open template: too many open files",
  "dial tcp 127.0.0.1:80: connect: connection refused",
])("a server's own exhaustion is not the generator's: %j", (stderr) => {
  expect(exhaustedSaid(stderr)).toBeUndefined();
});
