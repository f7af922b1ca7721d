import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type NightLock, underNightLock } from "../../../harness/nights/lock.ts";
import { LeaseBook } from "../../../harness/pipeline/lease/lease.ts";
import { ownIdentity } from "../../../harness/tools/process/process-identity.ts";
import { fakeClock } from "../../support/fake-clock.ts";

function lockOf(folder: string, changes: Partial<NightLock> = {}): NightLock {
  return { folder, clock: fakeClock(), tell: () => undefined, ...changes };
}

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
    const first = await underNightLock(lockOf(folder), async () => {
      await expect(underNightLock(lockOf(folder), () => Promise.resolve("second"))).rejects.toMatchObject({
        code: "usage",
        message: expect.stringContaining(`process ${process.pid}`) as string,
      });
      return "first";
    });
    expect(first).toBe("first");
    expect(await underNightLock(lockOf(folder), () => Promise.resolve("next"))).toBe("next");
  }));

test("a night that fails gives its lock back, and one whose process died holds none", () =>
  inFolder(async (folder) => {
    const failing = underNightLock(lockOf(folder), () => Promise.reject(new Error("broken")));
    await expect(failing).rejects.toThrow("broken");
    await new LeaseBook(folder, fakeClock()).acquire({ ...ownIdentity(), startTime: "another" });
    expect(await underNightLock(lockOf(folder), () => Promise.resolve("next"))).toBe("next");
  }));

test("a night that another machine took for dead is stopped", () =>
  inFolder(async (folder) => {
    const clock = fakeClock();
    const told: string[] = [];
    const lock = lockOf(folder, { clock, tell: (line) => void told.push(line), renewMs: 1 });
    await underNightLock(lock, async (lost) => {
      const lease = await new LeaseBook(folder, clock).current();
      await writeFile(join(folder, "000002.json"), JSON.stringify({ ...lease, fence: 2 }));
      await new Promise((resolve) => lost.addEventListener("abort", resolve));
    });
    expect(told).toEqual([expect.stringContaining("another night has begun here")]);
  }));
