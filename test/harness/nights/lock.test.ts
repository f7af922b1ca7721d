import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type NightLock, withNightLock } from "../../../harness/nights/lock.ts";
import { LeaseBook } from "../../../harness/pipeline/lease/lease.ts";
import { ownIdentity } from "../../../harness/tools/process/process-identity.ts";
import { fakeClock } from "../../support/fake-clock.ts";

function lockOf(folder: string, changes: Partial<NightLock> = {}): NightLock {
  return { folder, clock: fakeClock(), report: () => undefined, ...changes };
}

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "refbench-night-"));
  try {
    await work(join(folder, "lease"));
  } finally {
    await rm(folder, { recursive: true });
  }
}

test("two nights of a folder never overlap, and the next starts after the first", () =>
  inFolder(async (folder) => {
    const first = await withNightLock(lockOf(folder), async () => {
      await expect(withNightLock(lockOf(folder), () => Promise.resolve("second"))).rejects.toMatchObject({
        code: "usage",
        message: expect.stringContaining(`process ${process.pid}`) as string,
      });
      return "first";
    });
    expect(first).toBe("first");
    expect(await withNightLock(lockOf(folder), () => Promise.resolve("next"))).toBe("next");
  }));

test("a night that fails releases its lock, and a night whose process died has none", () =>
  inFolder(async (folder) => {
    const failing = withNightLock(lockOf(folder), () => Promise.reject(new Error("broken")));
    await expect(failing).rejects.toThrow("broken");
    await new LeaseBook(folder, fakeClock()).acquire({ ...ownIdentity(), startTime: "another" });
    expect(await withNightLock(lockOf(folder), () => Promise.resolve("next"))).toBe("next");
  }));

test("a night whose lock another machine took over is stopped", () =>
  inFolder(async (folder) => {
    const clock = fakeClock();
    const lines: string[] = [];
    const lock = lockOf(folder, { clock, report: (line) => void lines.push(line), renewMs: 1 });
    await withNightLock(lock, async (lost) => {
      const lease = await new LeaseBook(folder, clock).current();
      await writeFile(join(folder, "000002.json"), JSON.stringify({ ...lease, fence: 2 }));
      await new Promise((resolve) => lost.addEventListener("abort", resolve));
    });
    expect(lines).toEqual([expect.stringContaining("another night has begun here")]);
  }));
