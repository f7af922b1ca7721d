import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { underNightLock } from "../../../../harness/cli/nightly/lock.ts";
import { LeaseBook } from "../../../../harness/pipeline/lease.ts";
import { ownIdentity } from "../../../../harness/pipeline/process-identity.ts";
import { fakeClock } from "../../../support/fake-clock.ts";

async function inFolder(does: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "refbench-night-"));
  try {
    await does(join(folder, "lease"));
  } finally {
    await rm(folder, { recursive: true });
  }
}

test("two nights of a folder never overlap, and the next starts after the first", () =>
  inFolder(async (folder) => {
    const first = await underNightLock(folder, fakeClock(), async () => {
      await expect(
        underNightLock(folder, fakeClock(), () => Promise.resolve("second")),
      ).rejects.toMatchObject({
        code: "usage",
        message: expect.stringContaining(`process ${process.pid}`) as string,
      });
      return "first";
    });
    expect(first).toBe("first");
    expect(await underNightLock(folder, fakeClock(), () => Promise.resolve("next"))).toBe("next");
  }));

test("a night that fails gives its lock back, and one whose process died holds none", () =>
  inFolder(async (folder) => {
    const failing = underNightLock(folder, fakeClock(), () => Promise.reject(new Error("broken")));
    await expect(failing).rejects.toThrow("broken");
    await new LeaseBook(folder, fakeClock()).acquire({ ...ownIdentity(), startTime: "another" });
    expect(await underNightLock(folder, fakeClock(), () => Promise.resolve("next"))).toBe("next");
  }));
