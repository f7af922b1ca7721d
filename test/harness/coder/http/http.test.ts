import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { z } from "zod";
import { CoderHttp } from "../../../../harness/coder/http/http.ts";
import type { Clock } from "../../../../harness/tools/time/clock.ts";

async function serve(listener: RequestListener) {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const slept: number[] = [];
  const clock: Clock = {
    now: () => 0,
    elapsed: () => 0,
    sinceBoot: () => ({ boot: "one", ms: 0 }),
    sleep: (ms) => (slept.push(ms), Promise.resolve()),
  };
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const http = new CoderHttp({ url, clock });
  return {
    http,
    slept,
    call: (options: { signal?: AbortSignal; bypassRateLimit?: boolean } = {}) =>
      http.call({
        method: "GET",
        path: "/api/v2/users/me?q=1",
        schema: z.object({ id: z.string() }),
        signal: options.signal ?? new AbortController().signal,
        token: "t",
        bypassRateLimit: options.bypassRateLimit ?? false,
      }),
    [Symbol.asyncDispose]: async () => {
      await http.close();
      server.closeAllConnections();
      server.close();
    },
  };
}

test("an answer is checked and only the known fields are kept", async () => {
  await using server = await serve((_request, response) => response.end('{"id":"u1","more":true}'));
  expect(await server.call()).toEqual({ ok: true, status: 200, value: { id: "u1" } });
});

test("an answer of another shape is a malformed one, with the field", async () => {
  await using server = await serve((_request, response) => response.end('{"id":7}'));
  expect(await server.call()).toMatchObject({
    ok: false,
    failure: { kind: "malformed", message: expect.stringContaining("id:") },
  });
});

test("a refusal carries its status, Coder's message, detail and fields", async () => {
  await using server = await serve((_request, response) => {
    response.writeHead(400);
    response.end(
      '{"message":"Validation failed.","detail":"why","validations":[{"field":"name","detail":"too long"}]}',
    );
  });
  expect(await server.call()).toEqual({
    ok: false,
    failure: {
      kind: "status",
      status: 400,
      message: "GET /users/me: 400 Validation failed. (why; name: too long)",
    },
  });
});

test("429 is waited out for as long as the server asks, and counted", async () => {
  let calls = 0;
  await using server = await serve((_request, response) => {
    if (++calls < 3) response.writeHead(429, { "retry-after": "7" }).end("{}");
    else response.end('{"id":"u1"}');
  });
  expect(await server.call()).toMatchObject({ ok: true });
  expect(server.slept).toEqual([7000, 7000]);
  expect(server.http.throttled).toBe(2);
});

test("429 without an end is given up as rate-limited", async () => {
  await using server = await serve((_request, response) =>
    response.writeHead(429, { "retry-after": "1" }).end('{"message":"too many"}'),
  );
  expect(await server.call()).toMatchObject({ ok: false, failure: { kind: "rate-limited", status: 429 } });
  expect(server.slept).toHaveLength(5);
});

test("only a site admin's call asks to bypass the rate limit", async () => {
  const seen: unknown[] = [];
  await using server = await serve((request, response) => {
    seen.push(request.headers["x-coder-bypass-ratelimit"]);
    response.end('{"id":"u1"}');
  });
  await server.call({ bypassRateLimit: true });
  await server.call();
  expect(seen).toEqual(["true", undefined]);
});

test("a refused connection is unreachable, not a crash", async () => {
  const server = await serve(() => undefined);
  await server[Symbol.asyncDispose]();
  const clock: Clock = {
    now: () => 0,
    elapsed: () => 0,
    sinceBoot: () => ({ boot: "one", ms: 0 }),
    sleep: () => Promise.resolve(),
  };
  await using closed = {
    http: new CoderHttp({ url: server.http.url, clock }),
    [Symbol.asyncDispose]: () => closed.http.close(),
  };
  const signal = new AbortController().signal;
  expect(
    await closed.http.call({ method: "GET", path: "/healthz", schema: z.unknown(), signal }),
  ).toMatchObject({
    ok: false,
    failure: { kind: "unreachable" },
  });
});

test("a stopped call reports that it was stopped", async () => {
  await using server = await serve(() => undefined);
  const stop = new AbortController();
  const called = server.call({ signal: stop.signal });
  stop.abort(new Error("stop"));
  expect(await called).toMatchObject({ ok: false, failure: { kind: "aborted" } });
});
