import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { systemClock } from "../../../harness/model/clock.ts";
import type { ShardEvent } from "../../../harness/model/shard.ts";
import type { LoadTask } from "../../../harness/model/shard-task.ts";
import { runTask } from "../../../harness/workload/run-task.ts";
import { fakeCoderCli } from "../../support/fake-coder-cli.ts";
import { startFakeCoder } from "../../support/fake-coder.ts";
import { loadTaskFor } from "../../support/load-task.ts";
import { startTlsFront } from "../../support/tls-front.ts";

const connections = { total: 6, sshShare: 0.5 };
const FETCH = "GET /bin/coder-";

/** Runs a load as the shard program does, with a folder of the task's own. */
async function run(task: LoadTask) {
  const folder = mkdtempSync(join(tmpdir(), "refbench-test-task-"));
  const events: ShardEvent[] = [];
  try {
    const emit = (event: ShardEvent): void => void events.push(event);
    const signal = new AbortController().signal;
    const result = await runTask(task, { signal, clock: systemClock, emit, folder });
    if (result.task !== "load") throw new Error("no load's result");
    const notes = events.flatMap((event) => (event.type === "note" ? [event.message] : [])).join("\n");
    return { result, notes, left: readdirSync(folder) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("the deployment's own client carries SSH: fetched once, trusting what the load trusts, gone after it", async () => {
  using cli = fakeCoderCli();
  await using coder = await startFakeCoder({ client: cli.program });
  await using front = await startTlsFront(coder.url);
  const deployment = { url: front.url, caPem: front.caPem, ssh: "stdio" } as const;
  const { result, left } = await run(loadTaskFor(coder, { deployment, connections, workspaces: 2 }));
  expect(result.failures).toEqual([]);
  expect(result.connections).toMatchObject({ held: 6, heldSsh: 3 });
  expect(result.connections.ssh).toEqual({ asked: 3, dealt: 3, client: "v2.31.0" });
  // Each of the two workspaces was visited before.
  expect(cli.calls()).toHaveLength(5);
  expect(coder.calls.filter((call) => call.startsWith(FETCH))).toHaveLength(1);
  expect(left).toEqual([]);
});

test.each([
  ["offers no client", {}, /the deployment answers 404 to GET \/bin\/coder-/],
  [
    "lets only browsers in",
    { client: "never asked for", config: { config: { browser_only: true } } },
    /allows browser connections only/,
  ],
])(
  "where a deployment %s, terminals take the place of SSH, and the result says why",
  async (_, options, why) => {
    await using coder = await startFakeCoder(options);
    const deployment = { url: coder.url, ssh: "stdio", sshOptional: true } as const;
    const { result, notes, left } = await run(loadTaskFor(coder, { deployment, connections }));
    expect(result.failures).toEqual([]);
    expect(result.connections).toMatchObject({ held: 6, heldSsh: 0, heldTerminal: 6 });
    expect(result.connections.ssh).toEqual({ asked: 3, dealt: 0, why: expect.stringMatching(why) });
    expect(notes).toMatch(why);
    expect(left).toEqual([]);
  },
);

test("a load that is for SSH is refused where no client is offered, and nothing is made", async () => {
  await using coder = await startFakeCoder();
  const deployment = { url: coder.url, ssh: "stdio" } as const;
  await expect(run(loadTaskFor(coder, { deployment, connections }))).rejects.toThrow(
    /answers 404 to GET \/bin\/coder-.*give one with --coder-binary/,
  );
  expect(coder.calls).toEqual(["GET /buildinfo", expect.stringMatching(FETCH)]);
});

test("what does not fit is a terminal, and the result says how much and why", async () => {
  using cli = fakeCoderCli();
  await using coder = await startFakeCoder({ client: cli.program });
  const deployment = { url: coder.url, ssh: "stdio", stdioSessions: 1 } as const;
  const ask = { deployment, connections: { total: 2, sshShare: 1 }, workspaces: 1 };
  const { connections: carried } = (await run(loadTaskFor(coder, ask))).result;
  expect(carried).toMatchObject({ held: 2, heldSsh: 1, heldTerminal: 1 });
  expect(carried.ssh).toMatchObject({ asked: 2, dealt: 1, why: "1 sessions at once were asked for" });
});
