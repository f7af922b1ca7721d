import { rm } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { reportLeaving } from "../../../../harness/cli/report-leaving.ts";
import { RefbenchError } from "../../../../harness/tools/error.ts";
import { afterCreate, sweepCommandLine } from "../../../../harness/pipeline/driver/after-create.ts";
import { LeaseBook } from "../../../../harness/pipeline/lease/lease.ts";
import { driverState } from "../../../../harness/pipeline/folder/driver.ts";
import { ownIdentity } from "../../../../harness/tools/process/process-identity.ts";
import { executeRun } from "../../../../harness/pipeline/driver/run.ts";
import { FakeWorld } from "../../../support/world/fake-world.ts";

const forEver = new AbortController().signal;
const place = { runId: "01k0000000000000000000000", simulated: true };

describe("after the first create", () => {
  test.each(["usage", "infrastructure", "run_folder", "interrupted", "lease_held"] as const)(
    "an error of code %s ends as unverified, and names the next command",
    async (code) => {
      const failing = afterCreate(place, () => Promise.reject(new RefbenchError(code, "it broke")));
      await expect(failing).rejects.toMatchObject({
        code: "after_create",
        message: expect.stringMatching(/^it broke; .*refbench sweep --run 01k0.* --rehearse/) as string,
      });
    },
  );

  test.each(["leaked", "inventory"] as const)("an error of code %s stays as it is", async (code) => {
    await expect(
      afterCreate(place, () => Promise.reject(new RefbenchError(code, "it broke"))),
    ).rejects.toMatchObject({ code, message: "it broke" });
  });

  test("a run whose folder is removed in its load does not end with a code that says clean", async () => {
    const world = new FakeWorld();
    const folder = await world.makeRun();
    await new LeaseBook(folder.leases, world.clock).acquire(ownIdentity());
    const { worker } = world.ports();
    const removing = world.ports({
      worker: {
        ...worker,
        load: async (task, options) => {
          await rm(folder.path, { recursive: true });
          return worker.load(task, options);
        },
      },
    });
    const io = { stdout: process.stdout, stderr: process.stderr, env: {}, cwd: ".", exit: () => undefined };
    expect(await executeRun(folder, removing, { reporter: world.reporter, signal: forEver })).toBe("left");
    await expect(afterCreate(place, () => reportLeaving(folder, io))).rejects.toMatchObject({
      code: "after_create",
    });
  });
});

test("the next command names the place where the run created something", () => {
  const { runId } = place;
  const cloud = { project: "p-1", region: "r-1" };
  expect(sweepCommandLine(place)).toBe(`refbench sweep --run ${runId} --rehearse`);
  expect(sweepCommandLine({ runId, cloud: { ...cloud, provider: "google" } as never })).toMatch(
    / --project p-1$/,
  );
  expect(sweepCommandLine({ runId, cloud: { ...cloud, provider: "aws" } as never })).toMatch(
    / --account p-1 --region r-1$/,
  );
});

test("a run that a process drives is never seen as a staged one", async () => {
  const world = new FakeWorld();
  expect(await driverState(await world.makeRun(undefined, { isDriven: true }))).toBe("alive");
  expect(await driverState(await world.makeRun())).toBe("none");
});
