import { renameSync } from "node:fs";
import { expect, test } from "vitest";
import { LeaseBook } from "../../../../harness/pipeline/lease/lease.ts";
import { ownIdentity } from "../../../../harness/tools/process/process-identity.ts";
import { reap } from "../../../../harness/pipeline/driver/reaper.ts";
import { executeRun } from "../../../../harness/pipeline/driver/run.ts";
import { watchRun } from "../../../../harness/pipeline/driver/watch.ts";
import { FakeWorld } from "../../../support/world/fake-world.ts";

const { signal } = new AbortController();

/** A run that was torn down, with its final record put aside: the watcher has not seen it yet. */
async function tornDown() {
  const world = new FakeWorld();
  const folder = await world.makeRun();
  const book = new LeaseBook(folder.leases, world.clock);
  const standIn = await book.acquire(ownIdentity());
  await executeRun(folder, world.ports(), { reporter: world.reporter, signal });
  await book.release(standIn);
  await reap(folder, world.ports(), { reporter: world.reporter, signal });
  renameSync(folder.record, `${folder.record}.aside`);
  return { folder, ports: world.ports() };
}

test("a record that appears between two looks of its watcher is the run's, not a teardown without one", async () => {
  const { folder, ports } = await tornDown();
  const record = await watchRun(folder, ports, {
    signal,
    reporter: {
      report: ({ type }) => {
        if (type === "run.finished") renameSync(`${folder.record}.aside`, folder.record);
      },
    },
  });
  expect(record).toMatchObject({ verdict: "pass", teardown: { state: "clean" } });
});

test("a teardown that ended without a record is unverified, with the next command", async () => {
  const { folder, ports } = await tornDown();
  await expect(
    watchRun(folder, ports, { signal, reporter: { report: () => undefined } }),
  ).rejects.toMatchObject({
    code: "inventory",
    message: expect.stringMatching(/record could not be written.*refbench teardown/) as string,
  });
});
