import { describe, expect, test } from "vitest";
import { type Clock, systemClock } from "../../../../harness/tools/time/clock.ts";
import type { WorkerEvent } from "../../../../harness/model/ports/worker.ts";
import type { DrainResult } from "../../../../harness/model/record/worker-result.ts";
import type { DrainTask } from "../../../../harness/model/ports/worker-task.ts";
import { runDrain } from "../../../../harness/workload/removal/drain.ts";
import { fakeClock } from "../../../support/fake-clock.ts";
import { WITHOUT_PREBUILDS } from "../../../support/coder/coder-faults.ts";
import { addPerson, startEmulatedCoder } from "../../../support/coder/emulated-coder.ts";
import { startFaultProxy } from "../../../support/network/fault-proxy.ts";

function drain(task: Partial<DrainTask> & { url: string }): Promise<DrainResult> {
  const { url, ...rest } = task;
  return runDrain(
    { task: "drain", deployment: { url, ssh: "none" }, concurrency: 0, timeoutMs: 5000, ...rest },
    { signal: new AbortController().signal, clock: systemClock, emit: () => undefined },
  );
}

test("a drain deletes every workspace, page after page, and every user but the site admin", async () => {
  await using coder = await startEmulatedCoder({ daemons: 130, answers: [WITHOUT_PREBUILDS] });
  await Promise.all(Array.from({ length: 130 }, (_, i) => coder.addWorkspace(`w${i}`, "running")));
  const result = await drain({ ...coder, timeoutMs: 60_000 });
  expect(result).toEqual({ stopped: false, deleted: 130, remaining: [] });
  expect(coder.workspacesLeft()).toEqual([]);
  expect(coder.usersLeft()).toEqual([]);
});

test("a drain cancels a build that is still active before it deletes", async () => {
  await using coder = await startEmulatedCoder({ faults: { stuckBuild: ["w1"] } });
  await coder.addWorkspace("w1");
  const result = await drain(coder);
  expect(result.remaining).toEqual([]);
  expect(coder.calls).toContain("PATCH /workspacebuilds/{id}/cancel");
});

test("an item that cannot be deleted remains, with the reason", async () => {
  await using coder = await startEmulatedCoder({ faults: { failDelete: ["w1"] } });
  await coder.addWorkspace("w0");
  await coder.addWorkspace("w1");
  const result = await drain(coder);
  expect(result.deleted).toBe(1);
  expect(result.remaining).toEqual([
    {
      kind: "workspace",
      id: expect.any(String),
      name: "w1-user/w1",
      reason: expect.stringContaining("delete build is failed: exit status 1"),
    },
    { kind: "user", id: expect.any(String), name: "w1-user", reason: expect.stringContaining("417") },
  ]);
});

test("a cancelled delete build proves nothing", async () => {
  await using coder = await startEmulatedCoder({
    faults: { cancelDelete: ["w1"] },
    answers: [WITHOUT_PREBUILDS],
  });
  await coder.addWorkspace("w1");
  expect(await drain(coder)).toEqual({ stopped: false, deleted: 1, remaining: [] });
});

test("a lost token is replaced by a login of the site admin", async () => {
  await using coder = await startEmulatedCoder();
  await coder.addWorkspace("w1");
  const result = await drain({ url: coder.url, token: "expired-0123456789", admin: coder.firstUser });
  expect(result).toMatchObject({ deleted: 1, remaining: [] });
});

test("the error for a refused token without a login names what is missing", async () => {
  await using coder = await startEmulatedCoder();
  await expect(drain({ url: coder.url, token: "expired-0123456789" })).rejects.toThrow(
    /401 .* expected a session or a login of a site admin/,
  );
});

test("a drain that keeps the users deletes workspaces only", async () => {
  await using coder = await startEmulatedCoder({ answers: [WITHOUT_PREBUILDS] });
  await coder.addWorkspace("w1");
  const result = await drain({ url: coder.url, token: coder.token, keepUsers: true });
  expect(result).toEqual({ stopped: false, deleted: 1, remaining: [] });
  expect(coder.usersLeft()).toEqual(["w1-user"]);
});

test("a member's token is refused: its empty list would prove nothing", async () => {
  await using coder = await startEmulatedCoder();
  await coder.addWorkspace("w1");
  const headers = { "coder-session-token": coder.token };
  const { users } = (await (await fetch(`${coder.url}/api/v2/users`, { headers })).json()) as {
    users: { id: string; username: string }[];
  };
  const member = users.find(({ username }) => username === "w1-user")!;
  const minted = await fetch(`${coder.url}/api/v2/users/${member.id}/keys/tokens`, {
    method: "POST",
    headers,
    body: "{}",
  });
  const { key } = (await minted.json()) as { key: string };
  await expect(drain({ url: coder.url, token: key })).rejects.toThrow("w1-user, who is not a site admin");
  expect(coder.workspacesLeft()).toEqual(["w1"]);
});

test("a drain reports its progress", async () => {
  await using coder = await startEmulatedCoder();
  for (let i = 0; i < 3; i++) await coder.addWorkspace(`w${i}`);
  const events: WorkerEvent[] = [];
  await runDrain(
    {
      task: "drain",
      deployment: { url: coder.url, ssh: "none" },
      token: coder.token,
      concurrency: 0,
      timeoutMs: 5000,
    },
    { signal: new AbortController().signal, clock: systemClock, emit: (event) => events.push(event) },
  );
  expect(events.at(-1)).toMatchObject({
    type: "progress",
    progress: { activity: "deleting", workspaces: { total: 3, deleted: 3 } },
  });
});

test("a drain deletes the tokens that a killed load left at the caller, and no others", async () => {
  await using coder = await startEmulatedCoder();
  coder.addToken("bench-0123456789ab-1f2e3d4c-probe");
  coder.addToken("my-laptop");
  await drain(coder);
  expect(coder.tokensLeft()).toEqual(["my-laptop"]);
});

test("a drain without provisioners gives up after minutes, and says that none runs the deletes", async () => {
  await using coder = await startEmulatedCoder({ daemons: 0, answers: [WITHOUT_PREBUILDS] });
  await coder.addWorkspace("w1");
  const clock = fakeClock();
  const result = await runDrain(
    {
      task: "drain",
      deployment: { url: coder.url, ssh: "none" },
      token: coder.token,
      keepUsers: true,
      concurrency: 0,
      timeoutMs: 1_740_000,
    },
    { signal: new AbortController().signal, clock, emit: () => undefined },
  );
  expect(result).toMatchObject({
    stopped: false,
    deleted: 0,
    remaining: [
      { name: "w1-user/w1", reason: expect.stringMatching(/no provisioner daemon .*coder-provisioner/) },
    ],
  });
  expect(clock.elapsed()).toBeLessThan(300_000);
});

/** How long a drain asks an address where nobody listens, on a clock that only waits move. */
async function askedFor(task: Partial<DrainTask>): Promise<number> {
  const clock: Clock = fakeClock();
  const startMs = clock.now();
  await expect(
    runDrain(
      {
        task: "drain",
        deployment: { url: "http://127.0.0.1:9", ssh: "none" },
        concurrency: 0,
        timeoutMs: 600_000,
        ...task,
      },
      { signal: new AbortController().signal, clock, emit: () => undefined },
    ),
  ).rejects.toThrow("no Coder answers");
  return clock.now() - startMs;
}

test("a drain waits for a restarting Coder as long as the task allows, and no longer", async () => {
  expect(await askedFor({ goneAfterMs: 20_000 })).toBeGreaterThanOrEqual(20_000);
  expect(await askedFor({})).toBeLessThan(20_000);
  expect(await askedFor({ goneAfterMs: 20_000, timeoutMs: 2000 })).toBeLessThan(20_000);
});

describe("if Coder keeps prebuilt workspaces,", () => {
  /** Its reconciler looks every 0.2 s. */
  const prebuilding = (prebuilds = 2) => startEmulatedCoder({ prebuilds, buildSpeed: 300 });
  const LOOKED = 250;

  async function filled(coder: Awaited<ReturnType<typeof prebuilding>>, count: number): Promise<void> {
    await expect
      .poll(async () => (await coder.names()).workspaces.length, { timeout: 20_000, interval: 50 })
      .toBe(count);
  }

  test("a drain pauses that, waits for another look, and nothing comes afterwards", async () => {
    await using coder = await prebuilding();
    await filled(coder, 2);
    const waits: number[] = [];
    const clock: Clock = {
      ...systemClock,
      sleep: (ms, signal) => {
        waits.push(ms);
        return systemClock.sleep(ms, signal);
      },
    };
    const result = await runDrain(
      {
        task: "drain",
        deployment: { url: coder.url, ssh: "none" },
        token: coder.token,
        concurrency: 0,
        timeoutMs: 30_000,
      },
      { signal: new AbortController().signal, clock, emit: () => undefined },
    );
    expect(result).toMatchObject({ stopped: false, remaining: [], pausedPrebuilds: true });
    expect(result.deleted).toBeGreaterThanOrEqual(2);
    expect(waits).toContain(LOOKED);
    // Three more looks of the reconciler.
    await systemClock.sleep(3 * LOOKED);
    expect((await coder.names()).workspaces).toEqual([]);
  });

  test("a drain that may not pause it names what makes them and the next step", async () => {
    await using coder = await prebuilding();
    await filled(coder, 2);
    await using proxy = await startFaultProxy({
      target: coder.url,
      rules: [{ match: /^PUT .*prebuilds/, fault: { kind: "answer", status: 503 } }],
    });
    const result = await drain({ url: proxy.url, token: coder.token, timeoutMs: 30_000 });
    expect(result.remaining.length).toBeGreaterThan(0);
    for (const { name, reason } of result.remaining) {
      expect(name).toMatch(/^prebuilds\//);
      expect(reason).toContain("created during the drain");
      expect(reason).toContain('run "coder prebuilds pause", then drain again');
    }
    expect(result).not.toHaveProperty("pausedPrebuilds");
  });

  test("a drain without time for another look does not claim that nothing remains", async () => {
    await using coder = await startEmulatedCoder({ prebuilds: 1, buildSpeed: 20 });
    await filled(coder, 1);
    await expect(drain({ url: coder.url, token: coder.token, timeoutMs: 3000 })).rejects.toThrow(
      "it is not known whether any remain; drain again with more time",
    );
  });
});

test("a workspace that another program recreates again and again remains, with its owner; one that came once is deleted", async () => {
  const loops = async (times: number): Promise<DrainResult> => {
    await using coder = await startEmulatedCoder();
    await addPerson(coder, "prebuilds", { workspace: "again-0" });
    let made = 0;
    const clock: Clock = {
      ...systemClock,
      sleep: async (ms, signal) => {
        // The wait for a reconciler's look, 0.6 s here and a quarter more.
        if (ms !== 750) return systemClock.sleep(ms, signal);
        if (made++ < times) await addPerson(coder, `other-${made}`, { workspace: `again-${made}` });
      },
    };
    return await runDrain(
      {
        task: "drain",
        deployment: { url: coder.url, ssh: "none" },
        token: coder.token,
        keepUsers: true,
        concurrency: 0,
        timeoutMs: 30_000,
      },
      { signal: new AbortController().signal, clock, emit: () => undefined },
    );
  };
  expect(await loops(1)).toMatchObject({ deleted: 2, remaining: [] });
  expect((await loops(99)).remaining).toEqual([
    {
      kind: "workspace",
      id: expect.any(String),
      name: "other-3/again-3",
      reason:
        "it was created during the drain: stop whatever creates workspaces of other-3, then drain again",
    },
  ]);
});

test("a drain that cannot list its caller's tokens reports it", async () => {
  await using coder = await startEmulatedCoder();
  await using proxy = await startFaultProxy({
    target: coder.url,
    rules: [{ match: /^GET \S+\/keys\/tokens /, fault: { kind: "answer", status: 403 } }],
  });
  const result = await drain({ url: proxy.url, token: coder.token });
  expect(result).toMatchObject({
    remaining: [],
    unasked: [expect.stringMatching(/^the caller's tokens cannot be listed: GET .*403/)],
  });
});
