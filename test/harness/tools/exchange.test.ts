import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import {
  AnswerTooLargeError,
  exchange,
  ExchangeTimeoutError,
  isBrokenOff,
  MAX_BODY_BYTES,
  MAX_REFUSAL_BYTES,
  splitUrl,
} from "../../../harness/tools/exchange.ts";
import { endlessBody, serveHttp, trickle } from "../../support/network/http-server.ts";

const ASKED = { method: "GET", headers: {}, timeoutMs: 60_000 } as const;
/** The most bytes that sockets and streams between two ends hold, with a wide margin. */
const IN_BUFFERS = 16 * 2 ** 20;

test("a body of 200 MB is given up at the limit, and no more of it is taken from the server", async () => {
  const counted = { sent: 0 };
  await using server = await serveHttp(endlessBody(200 * 2 ** 20, counted));

  await expect(exchange({ ...ASKED, ...splitUrl(server.url) })).rejects.toThrow(AnswerTooLargeError);
  expect(counted.sent).toBeLessThan(MAX_BODY_BYTES + IN_BUFFERS);
});

test("the first 64 KiB of a refusal are read, and its status is kept", async () => {
  const counted = { sent: 0 };
  await using server = await serveHttp(endlessBody(200 * 2 ** 20, counted, 503));

  const { status, bytes } = await exchange({ ...ASKED, ...splitUrl(server.url) });
  expect(status).toBe(503);
  expect(bytes).toHaveLength(MAX_REFUSAL_BYTES);
  expect(counted.sent).toBeLessThan(IN_BUFFERS);
});

test("a body that trickles ends with the deadline of the whole exchange", async () => {
  let asked = 0;
  await using server = await serveHttp(trickle(() => asked++));

  const error: unknown = await exchange({ ...ASKED, timeoutMs: 200, ...splitUrl(server.url) }).catch(
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ExchangeTimeoutError);
  expect(isBrokenOff(error)).toBe(true);
  expect(asked).toBe(1);
});

test("a stop ends an exchange in the middle of its body, with its reason", async () => {
  const stop = new AbortController();
  const reason = new Error("stop");
  await using server = await serveHttp(trickle(() => stop.abort(reason)));

  await expect(exchange({ ...ASKED, ...splitUrl(server.url), signal: stop.signal })).rejects.toBe(reason);
});

test("an exchange leaves no listener at a signal that many share", async () => {
  const { signal } = new AbortController();
  await using server = await serveHttp((_request, response) => response.end("yes"));
  for (let i = 0; i < 3; i++) await exchange({ ...ASKED, ...splitUrl(server.url), signal });
  expect(getEventListeners(signal, "abort")).toEqual([]);
});

test("a redirect is an answer, and is not followed", async () => {
  let asked = 0;
  await using server = await serveHttp((_request, response) => {
    asked++;
    response.writeHead(302, { location: "/elsewhere" }).end();
  });
  expect((await exchange({ ...ASKED, ...splitUrl(`${server.url}/here?q=1`) })).status).toBe(302);
  expect(asked).toBe(1);
});
