import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { CoderClient } from "../../../../harness/coder/client.ts";
import { CoderHttp } from "../../../../harness/coder/http/http.ts";
import { type Clock, systemClock } from "../../../../harness/tools/time/clock.ts";
import { cleanUp, type CleanupMeans } from "../../../../harness/workload/removal/cleanup.ts";
import type { CleanupChoice } from "../../../../harness/workload/removal/cleanup-find.ts";
import { getCaller } from "../../../../harness/workload/checks/guard-caller.ts";
import { addPerson, startEmulatedCoder } from "../../../support/coder/emulated-coder.ts";
import { type Fault, startFaultProxy } from "../../../support/network/fault-proxy.ts";

const RUN = "0123456789ab";
const OTHER = "cdefghjkmnpq";
const signal = new AbortController().signal;
const HOUR_MS = 3_600_000;

/** As a load names its users: address and name belong together. */
const ours = (name: string) => ({ email: `${name}@refbench.test`, workspace: name });

/** Waits between tries pass in a part of their time. */
const quickClock = (times: number): Clock => ({
  ...systemClock,
  elapsed: () => systemClock.elapsed() * times,
  sleep: (ms, until) => systemClock.sleep(ms / times, until),
});

async function cleaner(coder: { readonly url: string; readonly token: string }, times = 50) {
  const http = new CoderHttp({ url: coder.url, clock: quickClock(times) });
  const caller = await getCaller(http, { token: coder.token, from: "the test" }, signal);
  return {
    clean: (choice: CleanupChoice, means: Partial<CleanupMeans> = {}) =>
      cleanUp(choice, {
        caller,
        clock: systemClock,
        signal,
        concurrency: 0,
        timeoutMs: 20_000,
        jobTimeoutMs: 0,
        onProgress: () => undefined,
        ...means,
      }),
    [Symbol.asyncDispose]: () => http.close(),
  };
}

test("a run's workspaces, users and tokens are deleted, and lookalikes stay", async () => {
  await using coder = await startEmulatedCoder();
  await using cleaning = await cleaner(coder);
  await addPerson(coder, `bench-${RUN}-0`, ours(`bench-${RUN}-0`));
  await addPerson(coder, `bench-${RUN}-1`, { workspace: "bench-mark" });
  await addPerson(coder, `bench-${OTHER}-0`, ours(`bench-${OTHER}-0`));
  await addPerson(coder, "scaletest-ann", { workspace: "scaletest-1" });
  const me = await coder.siteAdmin.me();
  const myId = me.ok ? me.value.id : "";
  for (const name of [`bench-${RUN}-0a1b2c3d-probe`, `bench-${OTHER}-0a1b2c3d-probe`, "bench-mine"])
    await coder.siteAdmin.mintToken(myId, name);

  const result = await cleaning.clean({ runs: [RUN] });

  expect(result).toEqual({
    stopped: false,
    deleted: { workspaces: 1, users: 1, templates: 0, tokens: 1 },
    left: [],
    unasked: [],
  });
  const { workspaces, users, tokens } = await coder.names();
  expect(workspaces.toSorted()).toEqual([`bench-${OTHER}-0`, "bench-mark", "scaletest-1"]);
  expect(users.toSorted()).toEqual([`bench-${RUN}-1`, `bench-${OTHER}-0`, "scaletest-ann"]);
  expect(tokens.toSorted()).toEqual([`bench-${OTHER}-0a1b2c3d-probe`, "bench-mine"]);
});

test("of every run, old ones only; remains of Coder's own utility only on request", async () => {
  await using coder = await startEmulatedCoder();
  await using cleaning = await cleaner(coder);
  await addPerson(coder, `bench-${RUN}-0`, ours(`bench-${RUN}-0`));
  await addPerson(coder, "scaletest-x-0", { email: "x-0@scaletest.local", workspace: "scaletest-y-0" });
  await addPerson(coder, "scaletest-ann", { workspace: "dev" });

  const me = await coder.siteAdmin.me();
  await coder.siteAdmin.mintToken(me.ok ? me.value.id : "", "bench-mine");

  const young = await cleaning.clean({ runs: "all", olderThanMs: HOUR_MS });
  expect(young.deleted).toEqual({ workspaces: 0, users: 0, templates: 0, tokens: 0 });
  const later = { ...systemClock, now: () => Date.now() + 2 * HOUR_MS };
  const old = await cleaning.clean({ runs: "all", olderThanMs: HOUR_MS }, { clock: later });
  expect(old.deleted).toEqual({ workspaces: 1, users: 1, templates: 0, tokens: 0 });
  expect((await coder.names()).workspaces.toSorted()).toEqual(["dev", "scaletest-y-0"]);

  await cleaning.clean({ runs: "all", coderScaletest: true });
  expect(await coder.names()).toEqual({
    workspaces: ["dev"],
    users: ["scaletest-ann"],
    tokens: ["bench-mine"],
  });
});

test("a cleanup also deletes what the steps of a limit search left", async () => {
  await using coder = await startEmulatedCoder();
  await using cleaning = await cleaner(coder);
  await addPerson(coder, `bench-${RUN}-l0-0`, ours(`bench-${RUN}-l0-0`));
  const me = await coder.siteAdmin.me();
  await coder.siteAdmin.mintToken(me.ok ? me.value.id : "", `bench-${RUN}-l12-0a1b2c3d-probe`);

  const { deleted } = await cleaning.clean({ runs: [RUN] });

  expect(deleted).toEqual({ workspaces: 1, users: 1, templates: 0, tokens: 1 });
  expect(await coder.names()).toEqual({ workspaces: [], users: [], tokens: [] });
});

test("a running build is cancelled, so that its workspace can be deleted", async () => {
  const name = `bench-${RUN}-0`;
  await using coder = await startEmulatedCoder({ faults: { stuckBuild: [name] } });
  await coder.addWorkspace(name);
  await using cleaning = await cleaner(coder);

  expect((await cleaning.clean({ runs: [RUN] })).deleted.workspaces).toBe(1);
  expect(coder.calls).toContain("PATCH /workspacebuilds/{id}/cancel");
  expect(coder.workspacesLeft()).toEqual([]);
});

test("an item that cannot be deleted is named with the reason, and a stopped cleanup claims nothing", async () => {
  const name = `bench-${RUN}-0`;
  await using coder = await startEmulatedCoder({ faults: { failDelete: [name] } });
  await coder.addWorkspace(name, "running");
  await using cleaning = await cleaner(coder);

  const result = await cleaning.clean({ runs: [RUN] });
  expect(result.left).toEqual([
    {
      kind: "workspace",
      id: expect.any(String) as string,
      name: `${name}-user/${name}`,
      reason: "its delete build is failed: exit status 1",
    },
  ]);
  expect(result.deleted.workspaces).toBe(0);

  const stopped = new AbortController();
  stopped.abort();
  expect(await cleaning.clean({ runs: [RUN] }, { signal: stopped.signal })).toMatchObject({
    stopped: true,
    left: [],
  });
});

test("an invalid session is refused before any other request", async () => {
  await using coder = await startEmulatedCoder();
  const http = new CoderHttp({ url: coder.url, clock: systemClock });
  const asked = getCaller(
    http,
    { token: "abcdefghij-0123456789012345678901", from: "CODER_SESSION_TOKEN" },
    signal,
  );
  await expect(asked).rejects.toMatchObject({
    code: "usage",
    message: expect.stringContaining(`log in again with "coder login ${coder.url}"`) as string,
  });
  const member = await addPerson(coder, "bob");
  const token = await coder.siteAdmin.mintToken(member, "t");
  const caller = await getCaller(http, { token: token.ok ? token.value.key : "", from: "a file" }, signal);
  expect(caller).toMatchObject({ isSiteAdmin: false, user: { username: "bob" } });
  // An owner's privilege that was claimed in error is given up, not fatal.
  const claiming = new CoderClient(http, { token: caller.token, isSiteAdmin: true }, signal);
  expect((await claiming.me()).ok).toBe(true);
  await http.close();
});

test.each(["refuse", "reset", "answer"] as const)(
  "a cleanup is done although one of its calls in three fails (%s)",
  async (kind) => {
    await using coder = await startEmulatedCoder();
    for (const index of [0, 1])
      await addPerson(coder, `bench-${RUN}-${index}`, ours(`bench-${RUN}-${index}`));
    const me = await coder.siteAdmin.me();
    await coder.siteAdmin.mintToken(me.ok ? me.value.id : "", `bench-${RUN}-0a1b2c3d-probe`);
    const fault = { refuse: { kind }, reset: { kind, afterBytes: 20 }, answer: { kind, status: 503 } }[kind];
    await using proxy = await startFaultProxy({
      target: coder.url,
      seed: 7,
      rules: [
        { match: /^(GET|DELETE|PATCH) (?!\/api\/v2\/users\/me )/, share: 1 / 3, fault: fault as Fault },
      ],
    });
    await using cleaning = await cleaner({ url: proxy.url, token: coder.token });

    const result = await cleaning.clean({ runs: [RUN] }, { timeoutMs: 60_000 });
    const deleted = { workspaces: 2, users: 2, templates: 0, tokens: 1 };
    expect(result).toEqual({ stopped: false, deleted, left: [], unasked: [] });
    expect(proxy.played[kind]).toBeGreaterThan(2);
    expect(await coder.names()).toEqual({ workspaces: [], users: [], tokens: [] });
  },
);

test("a listing that trickles ends with the cleanup's time, and the remaining items are named", async () => {
  await using coder = await startEmulatedCoder();
  await addPerson(coder, `bench-${RUN}-0`, ours(`bench-${RUN}-0`));
  const trickling = { kind: "trickle", bytes: 1, everyMs: 2_000 } as const;
  await using proxy = await startFaultProxy({
    target: coder.url,
    rules: [{ match: /^GET \/api\/v2\/workspaces\?/, count: 1, fault: trickling }],
  });
  await using cleaning = await cleaner({ url: proxy.url, token: coder.token });

  const { left, deleted } = await cleaning.clean({ runs: [RUN] }, { timeoutMs: 500 });
  expect(deleted).toEqual({ workspaces: 0, users: 0, templates: 0, tokens: 0 });
  expect(left.map(({ kind, reason }) => `${kind}: ${reason}`)).toEqual([
    "workspace: not deleted within the 500 ms of this cleanup",
    "user: not deleted within the 500 ms of this cleanup",
  ]);
});

test("a workspace whose answer trickles ends with the time for each workspace", async () => {
  await using coder = await startEmulatedCoder();
  await addPerson(coder, `bench-${RUN}-0`, ours(`bench-${RUN}-0`));
  const trickling = { kind: "trickle", bytes: 1, everyMs: 2_000 } as const;
  await using proxy = await startFaultProxy({
    target: coder.url,
    rules: [{ match: /^GET \/api\/v2\/workspaces\/[0-9a-f-]+ /, fault: trickling }],
  });
  await using cleaning = await cleaner({ url: proxy.url, token: coder.token });

  const { left } = await cleaning.clean({ runs: [RUN] }, { jobTimeoutMs: 100 });
  expect(left.find(({ kind }) => kind === "workspace")?.reason).toMatch(/^still there after 100 ms: GET /);
});

const CUT = { kind: "close", afterBytes: 150 } as const;
const REFUSED = { kind: "answer", status: 403 } as const;
const AWAY = { kind: "answer", status: 503 } as const;

test.each<[string, string, Fault, RegExp]>([
  ["tokens", "a 503", AWAY, /^GET \/api\/v2\/users\/[^/]+\/keys\/tokens /],
  ["tokens", "a 403", REFUSED, /^GET \/api\/v2\/users\/[^/]+\/keys\/tokens /],
  ["tokens", "a cut answer", CUT, /^GET \/api\/v2\/users\/[^/]+\/keys\/tokens /],
  ["users", "a 503", AWAY, /^GET \/api\/v2\/users\?/],
  ["users", "a cut answer", CUT, /^GET \/api\/v2\/users\?/],
  ["workspaces", "a 503", AWAY, /^GET \/api\/v2\/workspaces\?/],
  ["workspaces", "a 403", REFUSED, /^GET \/api\/v2\/workspaces\?/],
])("%s that are answered with %s are not known, and never none", async (kind, _, fault, match) => {
  await using coder = await startEmulatedCoder();
  await addPerson(coder, `bench-${RUN}-0`, ours(`bench-${RUN}-0`));
  const me = await coder.siteAdmin.me();
  await coder.siteAdmin.mintToken(me.ok ? me.value.id : "", `bench-${RUN}-0a1b2c3d-probe`);
  await using proxy = await startFaultProxy({ target: coder.url, rules: [{ match, fault }] });
  await using cleaning = await cleaner({ url: proxy.url, token: coder.token }, 1_000);

  const result = await cleaning.clean({ runs: [RUN] });
  expect(result.stopped).toBe(false);
  expect(result.unasked).toContainEqual(
    expect.stringMatching(new RegExp(`^the ${kind} cannot be listed: .*GET `)),
  );
});

test("if the listing with the runs' age fails, nothing counts as old and nothing is deleted", async () => {
  await using coder = await startEmulatedCoder();
  await addPerson(coder, `bench-${RUN}-0`, ours(`bench-${RUN}-0`));
  const match = /^GET \/api\/v2\/workspaces\?/;
  await using proxy = await startFaultProxy({ target: coder.url, rules: [{ match, fault: REFUSED }] });
  await using cleaning = await cleaner({ url: proxy.url, token: coder.token }, 1_000);

  const later = { ...systemClock, now: () => Date.now() + 2 * HOUR_MS };
  const result = await cleaning.clean({ runs: "all", olderThanMs: HOUR_MS }, { clock: later });
  expect(result).toMatchObject({ deleted: { users: 0 }, left: [] });
  expect(result.unasked).toHaveLength(1);
});

test("many deletes at once wait at one stop signal, and Node warns of no leak", async () => {
  await using coder = await startEmulatedCoder();
  await using cleaning = await cleaner(coder);
  const users = Array.from({ length: 15 }, (_, index) => `bench-${RUN}-${index}`);
  for (const name of users) await addPerson(coder, name, ours(name));
  const warnings: string[] = [];
  const onWarning = ({ name }: Error): number => warnings.push(name);
  process.on("warning", onWarning);
  const result = await cleaning.clean({ runs: [RUN] }, { signal: new AbortController().signal });
  await new Promise((resolve) => setImmediate(resolve));
  process.off("warning", onWarning);
  expect(result).toMatchObject({ deleted: { workspaces: 15, users: 15 }, left: [] });
  expect(warnings).toEqual([]);
});

test("the short-lived templates of a run are deleted, and those of others stay", async () => {
  await using coder = await startEmulatedCoder();
  await using cleaning = await cleaner(coder);
  const base = [...coder.world.templates.values()][0]!;
  for (const name of [`bench-${RUN}-n0001`, `bench-${OTHER}-n0001`, `bench-${RUN}-mine`]) {
    const id = randomUUID();
    coder.world.templates.set(id, { ...base, id, name });
  }
  const result = await cleaning.clean({ runs: [RUN] });
  expect(result).toMatchObject({ deleted: { templates: 1 }, left: [], unasked: [] });
  expect(coder.templatesLeft()).toEqual([`bench-${OTHER}-n0001`, `bench-${RUN}-mine`]);
});
