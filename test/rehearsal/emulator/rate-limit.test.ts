import { expect, test } from "vitest";
import { RateLimits } from "../../../rehearsal/emulator/http/rate-limit.ts";
import type { ApiRequest } from "../../../rehearsal/emulator/http/request.ts";
import type { Route } from "../../../rehearsal/emulator/http/router.ts";
import type { EmulatedUser } from "../../../rehearsal/emulator/state/types.ts";
import { emulated } from "./driver.ts";

const route: Route = { method: "GET", pattern: "/x", handle: () => ({ status: 200 }) };
const user = (id: string, roles: string[] = []): EmulatedUser => ({ id, roles }) as unknown as EmulatedUser;
const request = (changes: Partial<ApiRequest> = {}): ApiRequest => ({
  method: "GET",
  path: "/x",
  params: {},
  query: new URLSearchParams(),
  headers: {},
  body: Buffer.alloc(0),
  replica: 0,
  address: "127.0.0.1",
  user: user("u1"),
  ...changes,
});
/** The start of a minute: what came before weighs as the share of its minute that is still in sight. */
const NOON = 1_700_000_040_000;

/** How many of `n` requests pass. */
function passing(limits: RateLimits, n: number, changes: Partial<ApiRequest>, of = route, at = NOON): number {
  return Array.from({ length: n }, () => limits.check(request(changes), of, at)).filter((refused) => !refused)
    .length;
}

test("each user may ask each endpoint 512 times a minute, in each replica", () => {
  const limits = new RateLimits({});
  expect(passing(limits, 600, {})).toBe(512);
  expect(passing(limits, 600, { path: "/y" })).toBe(512);
  expect(passing(limits, 600, { user: user("u2") })).toBe(512);
  expect(passing(limits, 600, { replica: 1 })).toBe(512);
  expect(passing(limits, 600, {}, route, NOON + 120_000)).toBe(512);
});

test("the window slides: half a minute on, half of the last minute still counts", () => {
  const limits = new RateLimits({});
  passing(limits, 512, {});
  expect(passing(limits, 512, {}, route, NOON + 90_000)).toBe(256);
});

test("login takes 60 a minute from one address, files 12", () => {
  const limits = new RateLimits({});
  const login: Route = { ...route, limit: "login" };
  const files: Route = { ...route, limit: "files" };
  expect(passing(limits, 100, { user: undefined }, login)).toBe(60);
  expect(passing(limits, 100, { user: undefined, address: "127.0.0.2" }, login)).toBe(60);
  expect(passing(limits, 100, { path: "/files" }, files)).toBe(12);
});

test("a refusal is 429 in Coder's words", () => {
  const limits = new RateLimits({ CODER_API_RATE_LIMIT: "1" });
  limits.check(request(), route, NOON);
  expect(limits.check(request(), route, NOON)).toMatchObject({
    status: 429,
    json: { message: "You've been rate limited for sending more than 1 requests in 1m0s." },
  });
});

test("only a site admin passes by the bypass header", () => {
  const limits = new RateLimits({ CODER_API_RATE_LIMIT: "1" });
  const headers = { "x-coder-bypass-ratelimit": "true" };
  expect(passing(limits, 50, { headers, user: user("o", ["owner"]) })).toBe(50);
  expect(limits.check(request({ headers }), route, NOON)?.status).toBe(428);
});

test("a negative limit lifts the general one alone; the dangerous switch lifts all", () => {
  const login: Route = { ...route, limit: "login" };
  const lifted = new RateLimits({ CODER_API_RATE_LIMIT: "-1" });
  expect(passing(lifted, 600, {})).toBe(600);
  expect(passing(lifted, 100, { user: undefined }, login)).toBe(60);
  expect(passing(new RateLimits({ CODER_DANGEROUS_DISABLE_RATE_LIMITS: "true" }), 100, {}, login)).toBe(100);
});

test("a running deployment refuses logins beyond 60 a minute, and its config holds the limits", async () => {
  const driver = await emulated({ env: {} });
  const statuses = [];
  for (let n = 0; n < 61; n += 1) {
    statuses.push((await driver.post("/api/v2/users/login", { email: "x@x.local", password: "x" })).status);
  }
  expect(statuses.slice(0, 60).every((status) => status === 401)).toBe(true);
  expect(statuses[60]).toBe(429);
  expect((await driver.get("/api/v2/deployment/config")).json.config.rate_limit).toEqual({
    api: 512,
    disable_all: false,
  });
  await driver.close();
});
