import { describe, expect, test } from "vitest";
import type { FailureClass, LoadResult } from "../../../../harness/model/record/worker-result.ts";
import type { LoadTask } from "../../../../harness/model/ports/worker-task.ts";
import type { SocketFault } from "../../../../rehearsal/emulator/faults.ts";
import { selfSignedCertificate } from "../../../../rehearsal/twin/plugin/certificate.ts";
import { PTY } from "../../../support/coder/coder-faults.ts";
import { startEmulatedCoder } from "../../../support/coder/emulated-coder.ts";
import { type Fault, type FaultRule, startFaultProxy } from "../../../support/network/fault-proxy.ts";
import { histogramOf } from "../../../support/results/histogram-of.ts";
import { loadTaskFor } from "../../../support/command/load-task.ts";
import { runLoadHere } from "../../../support/command/run-load.ts";

/** By so many bytes a terminal has answered its upgrade and the word by which a shell is recognised. */
const VERIFIED = 178;

/** Each of the four workspaces is visited in one terminal before eight more are held. */
const held = (fault: Fault): FaultRule => ({ fault, match: /\/pty\?/, skip: 4, count: 3 });
const connections = { total: 8, sshShare: 0, holdMs: 500, commandsPerSecond: 100 };
/** After these times an unanswered request is given up; everything else has the time that a busy machine takes. */
const SHORT = { connectMs: 6_000, commandMs: 6_000 };
const NEVER_ANSWERED: readonly Fault["kind"][] = ["black-hole", "deaf", "slow-first-byte", "message-lost"];

interface Through extends Pick<Partial<LoadTask>, "traffic"> {
  readonly timeouts?: Partial<LoadTask["timeouts"]>;
  readonly tls?: boolean;
}

async function loadThrough(rules: readonly FaultRule[], { tls = false, ...more }: Through = {}) {
  // A ping of the server's would make a connection that hears nothing look alive.
  await using coder = await startEmulatedCoder({ hasNoPings: true });
  const { pem, keyPem } = selfSignedCertificate();
  await using proxy = await startFaultProxy({
    target: coder.url,
    rules,
    ...(tls ? { tls: { cert: pem, key: keyPem } } : {}),
  });
  const deployment = { url: proxy.url, ssh: "tunnel", ...(tls ? { caPem: pem } : {}) } as const;
  const task = loadTaskFor(coder, { deployment, connections, ...more });
  const { result, events } = await runLoadHere(task);
  return {
    result,
    events,
    played: { ...proxy.played },
    left: { workspaces: coder.workspacesLeft(), users: coder.usersLeft(), tokens: coder.tokensLeft() },
  };
}

function timeoutsFor({ kind }: Fault): Partial<LoadTask["timeouts"]> {
  return NEVER_ANSWERED.includes(kind) ? SHORT : {};
}

const NOTHING = { workspaces: [], users: [], tokens: [] };

function addsUp({ connections: { asked, held: stood, lost, failed } }: LoadResult): void {
  expect(stood + lost + (failed ?? 0)).toBe(asked);
}

/** A fault of three of the eight connections. */
interface Counted {
  readonly fault: Fault;
  readonly class: FailureClass;
  readonly lost: number;
}

function expectCountedOnce(
  { fault, class: failureClass, lost }: Counted,
  { result, played, left }: Awaited<ReturnType<typeof loadThrough>>,
): void {
  expect(played).toEqual({ [fault.kind]: 3 });
  expect(result.failures).toEqual([expect.objectContaining({ class: failureClass, count: 3 })]);
  expect(result.connections).toMatchObject({ held: 5, lost, failed: 3 - lost });
  addsUp(result);
  expect(left).toEqual(NOTHING);
}

describe.concurrent("faults on connections that are to be held", () => {
  // The waiting ones come first, so that the others finish beside them.
  test.each<Counted>([
    { fault: { kind: "black-hole", afterBytes: VERIFIED }, class: "half-open", lost: 3 },
    { fault: { kind: "deaf", afterBytes: VERIFIED }, class: "half-open", lost: 3 },
    { fault: { kind: "slow-first-byte", ms: 60_000 }, class: "connect-timeout", lost: 0 },
    { fault: { kind: "refuse" }, class: "connection-lost", lost: 0 },
    { fault: { kind: "reset", afterBytes: VERIFIED }, class: "connection-lost", lost: 3 },
    { fault: { kind: "close", afterBytes: VERIFIED }, class: "connection-lost", lost: 3 },
    { fault: { kind: "answer", status: 503 }, class: "connect-refused", lost: 0 },
    { fault: { kind: "answer", status: 429, retryAfter: 60 }, class: "rate-limited", lost: 0 },
    { fault: { kind: "tls-garbage" }, class: "tls", lost: 0 },
  ])("$fault.kind is $class, counted once a connection, and nothing remains", async (one) => {
    const ended = await loadThrough([held(one.fault)], {
      tls: one.fault.kind === "tls-garbage",
      timeouts: timeoutsFor(one.fault),
    });
    expectCountedOnce(one, ended);
  });

  test.each<Counted>([
    { fault: { kind: "message-lost", longerThan: 100 }, class: "truncated-output", lost: 0 },
    { fault: { kind: "message-shortened", longerThan: 100 }, class: "truncated-output", lost: 0 },
    { fault: { kind: "message-changed", longerThan: 100 }, class: "wrong-output", lost: 0 },
    { fault: { kind: "message-twice", longerThan: 100 }, class: "wrong-output", lost: 0 },
    // In the middle of the first piece.
    { fault: { kind: "close", afterBytes: 600 }, class: "connection-lost", lost: 3 },
  ])(
    "traffic that meets $fault.kind is $class, counted once a connection, and nothing remains",
    async (one) => {
      const traffic = { bytesPerTick: 1_000, tickMs: 100 };
      expectCountedOnce(
        one,
        await loadThrough([held(one.fault)], { traffic, timeouts: timeoutsFor(one.fault) }),
      );
    },
  );

  test.each<{ fault: Fault }>([
    { fault: { kind: "truncate", afterBytes: VERIFIED, bytes: 25 } },
    { fault: { kind: "corrupt", afterBytes: VERIFIED } },
  ])("bytes that $fault.kind changed never count as held", async ({ fault }) => {
    const { result, left } = await loadThrough([held(fault)], { timeouts: SHORT });
    expect(result.connections.held).toBe(5);
    expect(result.failures.length).toBeGreaterThan(0);
    addsUp(result);
    expect(left).toEqual(NOTHING);
  });

  test.each<{ fault: Fault; slowest?: number }>([
    { fault: { kind: "latency", ms: 40 }, slowest: 80 },
    { fault: { kind: "slow-first-byte", ms: 200 }, slowest: 200 },
    { fault: { kind: "trickle", bytes: 20, everyMs: 3 } },
    { fault: { kind: "stall", afterBytes: 100, ms: 300 }, slowest: 300 },
    { fault: { kind: "answer", status: 429, retryAfter: 0 } },
  ])(
    "$fault.kind within the deadlines shows in the latency and fails nothing",
    async ({ fault, slowest }) => {
      const { result, events, played } = await loadThrough([held(fault)]);
      expect(played).toEqual({ [fault.kind]: 3 });
      expect(result.failures).toEqual([]);
      expect(result.connections).toMatchObject({ held: 8, lost: 0, failed: 0 });
      if (slowest !== undefined)
        expect(histogramOf(result, "terminal-first-byte").maxValue / 1000).toBeGreaterThanOrEqual(slowest);
      const notes = events.flatMap((event) => (event.type === "note" ? [event.message] : []));
      if (fault.kind === "answer") expect(notes.join()).toMatch(/answered 3 requests with 429/);
    },
  );
});

const CREATION = /^POST .*\/users\/[^/]+\/workspaces /;
const DELETION = /^POST .*\/workspaces\/[^/]+\/builds /;

describe.concurrent("faults on requests", () => {
  test.each<{ what: string; rule: FaultRule; class: FailureClass; failed: number }>([
    {
      what: "a creation that never reaches the server",
      rule: { fault: { kind: "refuse" }, match: CREATION, count: 1 },
      ...{ class: "workspace-create", failed: 1 },
    },
    {
      what: "a creation whose answer is swallowed",
      rule: { fault: { kind: "reset", afterBytes: 0 }, match: CREATION, count: 1 },
      ...{ class: "workspace-create", failed: 1 },
    },
    {
      what: "a creation whose answer is cut",
      rule: { fault: { kind: "close", afterBytes: 200 }, match: CREATION, count: 1 },
      ...{ class: "workspace-create", failed: 1 },
    },
    {
      what: "a creation that 503 answers",
      rule: { fault: { kind: "answer", status: 503 }, match: CREATION, count: 1 },
      ...{ class: "workspace-create", failed: 1 },
    },
    {
      what: "a storm of 429",
      rule: { fault: { kind: "answer", status: 429, retryAfter: 0 }, match: CREATION },
      ...{ class: "rate-limited", failed: 4 },
    },
  ])("$what is $class, and nothing that was created is forgotten", async (one) => {
    const { result, left } = await loadThrough([one.rule]);
    expect(result.failures).toContainEqual(
      expect.objectContaining({ class: one.class, phase: "create-workspace", count: one.failed }),
    );
    expect(result.workspaces).toMatchObject({ asked: 4, succeeded: 4 - one.failed, failed: one.failed });
    expect(left).toEqual(NOTHING);
  });

  test.each<{ what: string; fault: Fault }>([
    { what: "never reaches the server", fault: { kind: "refuse" } },
    { what: "loses its answer", fault: { kind: "reset", afterBytes: 0 } },
    { what: "is answered with 503", fault: { kind: "answer", status: 503 } },
  ])("a deletion that $what is asked for again", async ({ fault }) => {
    const { result, left, played } = await loadThrough([{ fault, match: DELETION, count: 2 }]);
    expect(played).toEqual({ [fault.kind]: 2 });
    expect(result.failures).toEqual([]);
    expect(result.workspaces.deleted).toBe(4);
    expect(left).toEqual(NOTHING);
  });

  test("a deletion that always gets 503 is given up, and the remaining items are counted with the reason", async () => {
    const { result, left } = await loadThrough([{ fault: { kind: "answer", status: 503 }, match: DELETION }]);
    const example = expect.stringContaining("503 injected") as string;
    expect(result.failures).toContainEqual(
      expect.objectContaining({ class: "workspace-delete", count: 4, example }),
    );
    expect(result.failures).toContainEqual(expect.objectContaining({ class: "user-delete", count: 2 }));
    expect(left).toMatchObject({ workspaces: { length: 4 }, users: { length: 2 } });
  });
});

describe.concurrent("a load", () => {
  test("a terminal that dropped is attached again once when asked, and stays a loss", async () => {
    await using coder = await startEmulatedCoder();
    const rules = [held({ kind: "reset", afterBytes: VERIFIED })];
    await using proxy = await startFaultProxy({ target: coder.url, rules });
    const task = loadTaskFor(coder, {
      deployment: { url: proxy.url, ssh: "tunnel" },
      connections: { ...connections, reconnect: true },
    });
    const { result } = await runLoadHere(task);
    expect(result.connections).toMatchObject({ held: 5, lost: 3, failed: 0, reconnected: 3 });
    expect(result.failures).toEqual([expect.objectContaining({ class: "connection-lost", count: 3 })]);
  });

  test("an expired token is distinguished from a missing terminal", async () => {
    let opened = 0;
    const expiring: SocketFault = {
      call: PTY,
      play: () => {
        if (opened++ < 6) return Promise.resolve(undefined);
        for (const key of coder.world.keys.values())
          if (key.userId !== coder.world.usersByName.get("admin")?.id) coder.world.keys.delete(key.id);
        return Promise.resolve({ status: 404 });
      },
    };
    await using coder = await startEmulatedCoder({ sockets: [expiring] });
    const { result } = await runLoadHere(loadTaskFor(coder, { connections }));
    expect(result.failures).toEqual([
      expect.objectContaining({ class: "token-expired", phase: "terminal-first-byte", count: 6 }),
    ]);
    expect(result.connections).toMatchObject({ held: 2, failed: 6 });
    expect(coder.workspacesLeft()).toEqual([]);
  });

  test("a server that goes away while connections are held loses all of them, and the remaining items are counted", async () => {
    await using coder = await startEmulatedCoder();
    await using proxy = await startFaultProxy({ target: coder.url, rules: [] });
    const task = loadTaskFor(coder, {
      deployment: { url: proxy.url, ssh: "tunnel" },
      connections,
      timeouts: { ...SHORT, deleteMs: 500 },
    });
    const { result } = await runLoadHere(task, {
      onEvent: (event) => {
        if (event.type === "progress" && event.progress.activity === "holding") proxy.goAway();
      },
      // What has gone away does not come back.
      pace: { tokenCleanupMs: 1_000 },
    });
    expect(result.connections).toMatchObject({ held: 0, lost: 8 });
    const named = result.failures.find((failure) => failure.class === "workspace-delete");
    expect(coder.workspacesLeft()).toHaveLength(named?.count ?? 0);
  });

  test.each([1, 2])(
    "whatever goes wrong anywhere, the load ends, its counts add up, and the remaining items are counted (seed %i)",
    async (seed) => {
      await using coder = await startEmulatedCoder();
      const faults: Fault[] = [
        { kind: "refuse" },
        { kind: "reset", afterBytes: 60 },
        { kind: "close", afterBytes: 150 },
        { kind: "black-hole", afterBytes: 160 },
        { kind: "slow-first-byte", ms: 100 },
        { kind: "trickle", bytes: 50, everyMs: 2 },
        { kind: "corrupt", afterBytes: 140 },
        { kind: "answer", status: 503 },
        { kind: "answer", status: 429, retryAfter: 0 },
      ];
      // Past the preparation, whose failure is the harness's own. A request into a black hole waits for a minute.
      const rules = faults.map((fault) => ({
        fault,
        match: fault.kind === "black-hole" ? /pty/ : /users\/|pty|refbench-ssh|builds/,
        share: 0.04,
      }));
      await using proxy = await startFaultProxy({ target: coder.url, rules, seed });
      const task = loadTaskFor(coder, {
        deployment: { url: proxy.url, ssh: "tunnel" },
        connections: { ...connections, total: 20, sshShare: 0.3 },
        timeouts: { ...SHORT, deleteMs: 3_000 },
      });
      const { result } = await runLoadHere(task);
      addsUp(result);
      const count = (one: FailureClass): number =>
        result.failures
          .filter((failure) => failure.class === one)
          .reduce((sum, failure) => sum + failure.count, 0);
      expect(coder.workspacesLeft().length).toBeLessThanOrEqual(count("workspace-delete"));
      expect(Object.keys(proxy.played).length).toBeGreaterThan(0);
    },
  );
});
