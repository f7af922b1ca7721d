import { describe, expect, test } from "vitest";
import { postgresSource } from "../../../../harness/observation/postgres/source.ts";
import { withoutValues } from "../../../../harness/observation/postgres/statements.ts";
import { parsePostgresUrl } from "../../../../harness/observation/postgres/url.ts";
import type { Reading } from "../../../../harness/observation/source.ts";
import { fakeClock } from "../../../support/fake-clock.ts";
import { fakePostgres, IDLE_FIGURES } from "../../../support/fake-postgres.ts";

const { signal } = new AbortController();

function world(server = fakePostgres()) {
  const clock = fakeClock();
  return { server, clock, source: postgresSource({ of: "database", open: server.open, clock }) };
}

function valuesOf({ samples }: Reading): Record<string, number> {
  return Object.fromEntries(samples.map(({ series, value }) => [series, value]));
}

describe("rates", () => {
  test("are means since the reading before, and the first reading has none", async () => {
    const { server, clock, source } = world();
    expect(valuesOf(await source.read(signal))).not.toHaveProperty(["database.transactions"]);
    clock.advance(5000);
    server.figures = { ...IDLE_FIGURES, commits: 500, hits: 90, reads: 10, wal: 10_000 };
    expect(valuesOf(await source.read(signal))).toMatchObject({
      "database.transactions": 100,
      "database.rollbacks": 0,
      "database.cache-hits": 0.9,
      "database.wal": 2000,
    });
  });

  test("do not exist across a restart or a reset of the counters", async () => {
    const { server, clock, source } = world();
    server.figures = { ...IDLE_FIGURES, commits: 500 };
    await source.read(signal);
    clock.advance(5000);
    server.figures = { ...IDLE_FIGURES, epoch: "2", commits: 600 };
    expect(valuesOf(await source.read(signal))).not.toHaveProperty(["database.transactions"]);
  });

  test("a standby has no write-ahead log of its own, and no read block is no share of hits", async () => {
    const { server, clock, source } = world();
    server.figures = { ...IDLE_FIGURES, wal: null };
    await source.read(signal);
    clock.advance(5000);
    const values = valuesOf(await source.read(signal));
    expect(values).not.toHaveProperty(["database.wal"]);
    expect(values).not.toHaveProperty(["database.cache-hits"]);
    expect(values["database.transactions"]).toBe(0);
  });
});

test("one connection is held, and replaced when it ended", async () => {
  const { server, source } = world();
  await source.read(signal);
  await source.read(signal);
  expect(server.opened).toBe(1);
  server.cut();
  await source.read(signal);
  expect(server.opened).toBe(2);
});

test("a question that outlasts its signal is cut off, and the next one has a new connection", async () => {
  const { server, source } = world();
  await source.read(signal);
  server.hangs = true;
  const limit = new AbortController();
  const reading = source.read(limit.signal);
  setImmediate(() => limit.abort());
  await expect(reading).rejects.toThrow(/terminated/);
  server.hangs = false;
  await source.read(signal);
  expect(server.opened).toBe(2);
});

test("a server that has no free connection has as many as it may", async () => {
  const { server, source } = world();
  await source.read(signal);
  server.cut();
  server.refusal = Object.assign(new Error("sorry, too many clients already"), { code: "53300" });
  const full = await source.read(signal);
  expect(valuesOf(full)).toEqual({ "database.connections": 97, "database.connection-limit": 97 });
  expect(full.unseen).toHaveLength(1);
});

test("states that the role may not see are no figures", async () => {
  const { server, source } = world();
  server.figures = { ...IDLE_FIGURES, hidden: 3 };
  const poor = await source.read(signal);
  expect(Object.keys(valuesOf(poor))).toEqual([
    "database.connections",
    "database.connection-limit",
    "database.lock-waits",
    "database.size",
  ]);
  expect(poor.unseen).toEqual([
    {
      what: "states of the database's sessions",
      why: expect.stringContaining("grant it pg_monitor") as unknown,
    },
  ]);
});

test("at most ten statements are listed, the longest first, with what happened between the readings", async () => {
  const statements = Array.from({ length: 30 }, (_, index) => ({
    id: String(index),
    calls: 10,
    total_ms: index,
  }));
  const { source } = world(fakePostgres(statements));
  await source.read(signal);
  for (const each of statements) Object.assign(each, { calls: each.calls + 4, total_ms: each.total_ms * 2 });
  const { statements: listed = [] } = await source.findings!(0, signal);
  expect(listed).toHaveLength(10);
  // Its 29 ms before the first reading do not count.
  expect(listed[0]).toEqual({ statement: "SELECT ?", calls: 4, totalMs: 29, meanMs: 7.25 });
});

test.each([
  [
    "SELECT * FROM a WHERE b = $1 AND c2 = 'it''s' AND d = 12.5",
    "SELECT * FROM a WHERE b = $1 AND c2 = ? AND d = ?",
  ],
  ["ALTER ROLE x PASSWORD E'a\\'b'", "ALTER ROLE x PASSWORD ?"],
  ["DO $body$ secret $body$", "DO ?"],
  ["SELECT 'cut in the mid", "SELECT ?"],
  ["-- name: GetA :one\nSELECT\n  1", "-- name: GetA :one SELECT ?"],
  ["x".repeat(400), "x".repeat(300)],
])("a statement is kept without its values: %s", (statement, kept) => {
  expect(withoutValues(statement)).toBe(kept);
});

describe("the URL", () => {
  test("is read as libpq does", () => {
    expect(
      parsePostgresUrl("postgresql://a%40b:p%3Aq@[::1]/coder?sslmode=verify-full&application_name=x\n"),
    ).toEqual({
      host: "::1",
      port: 5432,
      user: "a@b",
      password: "p:q",
      database: "coder",
      tls: "verify-full",
    });
    expect(parsePostgresUrl("postgres://me:p@db:6543")).toMatchObject({
      port: 6543,
      database: "me",
      tls: "prefer",
    });
  });

  test.each([
    ["https://u:secret@db/coder", /not a postgres:\/\/ URL/],
    ["secret", /not a postgres:\/\/ URL/],
    ["postgres://:secret@db/coder", /has no user/],
    ["postgres://u:secret@db/coder?sslmode=maybe-secret", /sslmode .* expected disable/],
    ["postgres://u:secret%@db/coder", /%25/],
  ])("%s is refused without being repeated", (url, reason) => {
    const parse = (): unknown => parsePostgresUrl(url);
    expect(parse).toThrow(reason);
    expect(parse).not.toThrow(/secret/);
  });
});
