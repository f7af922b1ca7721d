import { existsSync, linkSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import type { RunnerAccess } from "../../../../harness/model/runner.ts";
import type { ShardEvent } from "../../../../harness/model/shard.ts";
import { bundle } from "../../../../harness/rehearsal/bundle.ts";
import {
  remoteShardRunner,
  type RemoteRunnerOptions,
} from "../../../../harness/workload/remote/remote-runner.ts";
import { fakeClock } from "../../../support/fake-clock.ts";
import { startFakeCoder } from "../../../support/fake-coder.ts";
import { loadTaskFor } from "../../../support/load-task.ts";
import { startSshMachine } from "../../../support/ssh-machine.ts";

const never = new AbortController().signal;
let program: string;
beforeAll(async () => {
  program = await bundle(new URL("../../../../harness/workload/shard.ts", import.meta.url).pathname);
});

function runnerOn(access: RunnerAccess, options: Partial<RemoteRunnerOptions> = {}) {
  return remoteShardRunner({
    findRunner: () => Promise.resolve(access),
    program: () => Promise.resolve(program),
    clock: fakeClock(),
    ...options,
  });
}

test("the result and every event arrive once over three cut tunnels, and nothing stays on the runner", async () => {
  await using coder = await startFakeCoder();
  await using machine = await startSshMachine();
  const events: ShardEvent[] = [];
  let cuts = 0;
  const kept = join(machine.access.folder, "kept.jsonl");
  const result = await runnerOn(machine.access).run(loadTaskFor(coder, { connections: { holdMs: 1500 } }), {
    signal: never,
    onEvent: (event) => {
      if (event.type === "note" && event.message.startsWith("waits for")) return;
      events.push(event);
      if (events.length === 1) linkSync(join(machine.tasks()[0]!, "events.jsonl"), kept);
      // Each connection's first event is its last, three times.
      if (machine.commands.length > cuts && cuts < 3) {
        cuts = machine.commands.length;
        machine.cut();
      }
    },
  });
  expect(result).toMatchObject({ task: "load", stopped: false, workspaces: { succeeded: 4, deleted: 4 } });
  const lines = readFileSync(kept, "utf8").trim().split("\n");
  expect(lines.map((line) => (JSON.parse(line) as { event: ShardEvent }).event)).toEqual(events);
  expect(machine.commands).toHaveLength(4);
  expect(machine.tasks()).toEqual([]);
  expect(existsSync(join(machine.access.folder, "tasks"))).toBe(true);
});
