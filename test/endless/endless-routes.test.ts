import { describe, expect, test } from "vitest";
import { type LoadOutcome, runLoadByHand } from "../../harness/loads/run-load.ts";
import { CoderClient } from "../../harness/coder/client.ts";
import { CoderHttp } from "../../harness/coder/http/http.ts";
import { systemClock } from "../../harness/tools/time/clock.ts";
import { RefbenchError } from "../../harness/tools/error.ts";
import type { LoadRunner } from "../../harness/model/ports/worker.ts";
import { cleanUp, type CleanupResult } from "../../harness/workload/removal/cleanup.ts";
import type { GuardedCaller } from "../../harness/workload/checks/guard-caller.ts";
import { runLoad } from "../../harness/workload/load/load.ts";
import { addPerson, startEmulatedCoder } from "../support/coder/emulated-coder.ts";
import {
  ENDLESS_ANSWERS,
  ENDLESS_PAGES,
  ENDLESS_SOCKETS,
  type EndlessProxyOptions,
  startEndlessProxy,
} from "../support/network/endless-proxy.ts";
import { loadTaskFor } from "../support/command/load-task.ts";

/**
 * The bound of the law. One call may take a minute, a listing ten, a terminal of these loads twenty seconds: what ends
 * before this bound was ended by its deadline or its stop, and by nothing else.
 */
const BOUND = { timeout: 15_000 };
/** Some answers of 16 MiB, and what is on its way. */
const MOST_BYTES = 128 * 2 ** 20;
const PREFIX = "bench-sbgq847qym32";

const ROUTES = {
  "the workspaces": /^GET \/api\/v2\/workspaces\?/,
  "the users": /^GET \/api\/v2\/users\?/,
  "the tokens": /^GET \/api\/v2\/users\/[^/]+\/keys\/tokens$/,
  "a template": /^GET \/api\/v2\/.*templates/,
  "a new user": /^POST \/api\/v2\/users$/,
  "a new token": /^POST \/api\/v2\/users\/[^/]+\/keys\/tokens$/,
  "a new workspace": /^POST \/api\/v2\/.*\/workspaces$/,
  "one workspace": /^GET \/api\/v2\/workspaces\/[^/?]+$/,
  "a new build": /^POST \/api\/v2\/.*\/builds$/,
  "a deleted user": /^DELETE \/api\/v2\/users\/[^/]+$/,
} as const;
type Route = keyof typeof ROUTES;
type Play = Omit<EndlessProxyOptions, "target" | "onPlayed">;
type Answer = keyof typeof ENDLESS_ANSWERS | keyof typeof ENDLESS_PAGES;

/** From the request after `skip` healthy ones on. */
function route(name: Route, answer: Answer, skip = 0): Play {
  const endless = isPages(answer) ? ENDLESS_PAGES[answer]() : ENDLESS_ANSWERS[answer];
  return { match: ROUTES[name], skip, answer: endless };
}

function isPages(answer: Answer): answer is keyof typeof ENDLESS_PAGES {
  return Object.hasOwn(ENDLESS_PAGES, answer);
}

describe("a load", () => {
  test.concurrent.each<Route>([
    "a template",
    "a new user",
    "a new token",
    "a new workspace",
    "one workspace",
    "a new build",
    "a deleted user",
  ])("that is stopped ends where %s is answered one byte now and then", BOUND, async (name) => {
    const { outcome, proxied } = await load("stop", route(name, "sends one byte now and then"));
    expect(outcome.failure?.message).toBe("stopped by SIGINT");
    expectEnded(outcome, proxied);
  });

  test.concurrent.each<[Route, Answer]>([
    ["a new workspace", "never answers"],
    ["one workspace", "sends a body without an end"],
  ])("ends at its --timeout where %s %s", BOUND, async (name, answer) => {
    const { outcome, proxied } = await load("timeout", route(name, answer));
    expect(outcome.failure?.message).toContain("--timeout");
    expectEnded(outcome, proxied);
  });

  // The first terminal is the visit's, the second is held.
  const terminals = Object.entries(ENDLESS_SOCKETS).flatMap(([how, socket], n) =>
    [0, 1]
      .filter((skip) => how === "sends messages without an end" || skip === n % 2)
      .map((skip) => [skip === 0 ? "visited" : "held", how, { match: /\/pty/, skip, socket }] as const),
  );
  test.concurrent.each(terminals)("ends at its stop if a %s terminal %s", BOUND, async (_, __, play) => {
    const { outcome, proxied } = await load("stop", play);
    expectEnded(outcome, proxied);
  });
});

describe("a cleanup", () => {
  test.concurrent.each<[Route, number, Answer]>([
    ["the workspaces", 0, "sends one byte now and then"],
    ["the workspaces", 0, "sends a full page of new ids for ever"],
    ["the workspaces", 0, "sends the same full page for ever"],
    // The listing that reports the remaining workspaces.
    ["the workspaces", 3, "sends one byte now and then"],
    ["the users", 0, "sends a body without an end"],
    ["the users", 1, "sends a full page of new ids for ever"],
    ["the users", 3, "never answers"],
    ["the tokens", 0, "sends one byte now and then"],
    ["the tokens", 3, "sends one byte now and then"],
    ["one workspace", 0, "sends a body without an end"],
    ["a new build", 0, "sends one byte now and then"],
    ["a deleted user", 0, "sends one byte now and then"],
  ])("ends within its time where %s, after %i healthy answers, %s", BOUND, async (name, skip, answer) => {
    const { result, proxied } = await clean(route(name, answer, skip));
    expect(proxied.played).toBeGreaterThan(0);
    expect(proxied.sent).toBeLessThan(MOST_BYTES);
    // A kind that could not be listed is never reported as gone.
    const isAsked = !["the workspaces", "the users", "the tokens"].includes(name);
    expect(result.unasked.length > 0).toBe(!isAsked);
  });
});

interface Counts {
  readonly played: number;
  readonly sent: number;
}

function expectEnded({ cleanup }: LoadOutcome, { played, sent }: Counts): void {
  expect(played).toBeGreaterThan(0);
  expect(sent).toBeLessThan(MOST_BYTES);
  expect(cleanup).toMatchObject({ state: "done", result: { left: [], unasked: [] } });
}

const here: LoadRunner = {
  load: (task, { signal, onEvent }) => runLoad(task, { signal, clock: systemClock, emit: onEvent }),
};

/** A load through the proxy, stopped by its time or with the first endless answer; its cleanup asks the healthy server. */
async function load(
  by: "timeout" | "stop",
  play: Play,
): Promise<{ readonly outcome: LoadOutcome; readonly proxied: Counts }> {
  await using coder = await startEmulatedCoder();
  const stop = new AbortController();
  await using proxy = await startEndlessProxy({
    target: coder.url,
    ...play,
    onPlayed: () => {
      if (by === "stop") stop.abort(new RefbenchError("interrupted", "stopped by SIGINT"));
    },
  });
  const task = loadTaskFor(
    { url: proxy.url, token: coder.token },
    {
      prefix: PREFIX,
      users: 1,
      workspaces: 1,
      connections: { total: 1, sshShare: 0, holdMs: 500 },
      command: "echo hello",
    },
  );
  const outcome = await runLoadByHand(task, {
    worker: here,
    interrupts: { stop: stop.signal, leave: new AbortController().signal },
    reporter: { report: () => undefined },
    clock: systemClock,
    callerWith: (signal) => callerOf(coder.url, coder.token, signal),
    timeoutMs: by === "timeout" ? 1_500 : 0,
    cleanupTimeoutMs: 5_000,
    cleanupJobTimeoutMs: 0,
  });
  return { outcome, proxied: proxy.counts };
}

/** A cleanup through the proxy of a workspace and its user. */
async function clean(play: Play): Promise<{ readonly result: CleanupResult; readonly proxied: Counts }> {
  await using coder = await startEmulatedCoder();
  const name = `${PREFIX}-0`;
  await addPerson(coder, name, { workspace: name, email: `${name}@refbench.test` });
  await using proxy = await startEndlessProxy({ target: coder.url, ...play });
  const { signal } = new AbortController();
  const caller = callerOf(proxy.url, coder.token, signal);
  const result = await cleanUp(
    { runs: "all" },
    {
      caller,
      clock: systemClock,
      signal,
      concurrency: 0,
      timeoutMs: 2_000,
      lastLookMs: 300,
      jobTimeoutMs: 0,
      onProgress: () => undefined,
    },
  );
  await caller.client.http.close();
  return { result, proxied: proxy.counts };
}

function callerOf(url: string, token: string, signal: AbortSignal): GuardedCaller {
  const http = new CoderHttp({ url, clock: systemClock });
  return {
    client: new CoderClient(http, { token, isSiteAdmin: true }, signal),
    user: { id: "me", username: "admin", email: "", roles: [] },
    isSiteAdmin: true,
    token,
  };
}
