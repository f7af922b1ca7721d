import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { claimRun, DriverSight, driverState } from "../../../../harness/pipeline/folder/driver.ts";
import { ownIdentity } from "../../../../harness/tools/process/process-identity.ts";
import { FakeWorld } from "../../../support/world/fake-world.ts";

async function newSight() {
  const world = new FakeWorld();
  const folder = await world.makeRun();
  return { folder, clock: world.clock, sight: new DriverSight(folder, world.clock) };
}

describe("the driver of a run", () => {
  test("that was seen alive is not dead because its file cannot be read", async () => {
    const { folder, clock, sight } = await newSight();
    await claimRun(folder);
    expect(await sight.look()).toBe("alive");
    await rename(folder.driver, `${folder.driver}.away`);
    await mkdir(folder.driver);
    clock.advance(3_600_000);
    expect(await sight.look()).toBe("alive");
  });

  test("that was never seen is unknown for 30 seconds before it counts as dead", async () => {
    const { folder, clock, sight } = await newSight();
    await writeFile(folder.driver, "{");
    expect(await driverState(folder)).toBe("unknown");
    expect(await sight.look()).toBe("unknown");
    clock.advance(29_999);
    expect(await sight.look()).toBe("unknown");
    clock.advance(1);
    expect(await sight.look()).toBe("dead");
  });

  test("whose file is read again after a failure is the one in the file", async () => {
    const { folder, clock, sight } = await newSight();
    await mkdir(folder.driver);
    expect(await sight.look()).toBe("unknown");
    await rm(folder.driver, { recursive: true });
    await writeFile(folder.driver, JSON.stringify({ ...ownIdentity(), pid: 2 ** 22 + 1 }));
    clock.advance(20_000);
    expect(await sight.look()).toBe("dead");
  });
});
