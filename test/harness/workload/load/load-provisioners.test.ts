import { expect, test } from "vitest";
import { OBJECTIVES } from "../../../../reference-architectures/objectives.ts";
import { judge } from "../../../../harness/results/judge/objectives.ts";
import { selfAudit } from "../../../../harness/results/self-audit/self-audit.ts";
import { connectProvisioners } from "../../../../rehearsal/provisioner/connect.ts";
import { startEmulatedCoder } from "../../../support/coder/emulated-coder.ts";
import { loadTaskFor } from "../../../support/command/load-task.ts";
import { runLoadHere } from "../../../support/command/run-load.ts";
import { recordOfResult } from "../../../support/results/record-of-result.ts";

/** A load on external provisioners, of which the second one goes away with the first workspace's build. */
async function loadOn(losing: boolean) {
  await using coder = await startEmulatedCoder({ licence: "simulated", daemons: 0, buildSpeed: 50 });
  const { id } = coder.world.organization;
  const made = await coder.siteAdmin.createProvisionerKey(id, { name: "k", tags: {} });
  const key = made.ok ? made.value.key : "";
  const connect = (name: string) =>
    connectProvisioners({ schemaVersion: 1, url: coder.url, key, names: [name], speed: 1 });
  const stays = await connect("p-0");
  const leaves = await connect("p-1");
  const task = {
    ...loadTaskFor(coder, { users: 8, workspaces: 40, connections: { total: 0 } }),
    prefix: "bench-provisioner",
  };
  const startedMs = Date.now();
  const { result } = await runLoadHere(task, {
    onEvent: (event) => {
      if (losing && event.type === "progress" && event.progress.workspaces.ready > 0) leaves.close();
    },
  });
  stays.close();
  leaves.close();
  return await recordOfResult(task, result, { startedMs, daemons: 2, external: 2 });
}

test("builds on external provisioners are judged as those on daemons", async () => {
  const record = await loadOn(false);
  const { measurements, load } = record;
  expect(load).toMatchObject({ externalProvisioners: 2, daemonsPerReplica: 0, concurrentBuilds: 2 });
  expect(measurements?.builds).toMatchObject({ capacity: 2, peakRunning: 2, daemons: { least: 2, most: 2 } });
  const judged = judge(OBJECTIVES, measurements).filter(({ name }) => /^builds-|^daemons-/.test(name));
  expect(judged.map(({ name, met }) => [name, met])).toEqual([
    ["builds-running", true],
    ["builds-sustained", true],
    ["daemons-alive", true],
  ]);
  expect(selfAudit(record).map(({ rule }) => rule)).not.toContain("counts-match-the-load");
}, 60_000);

test("an external provisioner that is lost in the load is seen in the record, and missed by its objective", async () => {
  const { measurements } = await loadOn(true);
  expect(measurements?.builds).toMatchObject({ capacity: 2, daemons: { least: 1 } });
  const alive = judge(OBJECTIVES, measurements).find(({ name }) => name === "daemons-alive");
  expect(alive).toMatchObject({ met: false, value: 0.5 });
}, 60_000);
