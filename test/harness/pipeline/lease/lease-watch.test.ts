import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { LEASE_MS, LeaseBook } from "../../../../harness/pipeline/lease/lease.ts";
import { LeaseWatch } from "../../../../harness/pipeline/lease/lease-watch.ts";
import { identify, ownIdentity } from "../../../../harness/tools/process/process-identity.ts";
import { fakeClock } from "../../../support/fake-clock.ts";
import { onMachine } from "../../../support/identities.ts";

const children: ChildProcess[] = [];
afterEach(() => children.splice(0).forEach((child) => child.kill("SIGKILL")));

/** A process of this machine that lives and does nothing, as one that was stopped. */
async function idleProcess(): Promise<ChildProcess> {
  const child = spawn(process.execPath, ["-e", "console.log(); setInterval(() => {}, 9e8)"]);
  children.push(child);
  await once(child.stdout, "data");
  return child;
}

async function newWatch() {
  const clock = fakeClock();
  const book = new LeaseBook(await mkdtemp(join(tmpdir(), "refbench-watch-")), clock);
  const notes: string[] = [];
  return { clock, book, notes, watch: new LeaseWatch(book, clock, (message) => void notes.push(message)) };
}

describe("a watched lease", () => {
  test("is believed while its renewals change, however long it lasts", async () => {
    const { clock, book, watch } = await newWatch();
    const lease = await book.acquire(ownIdentity());
    for (let renewed = 0; renewed < 5; renewed += 1) {
      clock.advance(LEASE_MS - 1);
      await book.renew(lease);
      expect(await watch.look()).toMatchObject({ isHeld: true, unrenewedMs: 0 });
    }
  });

  test("of a hanging local process is lost: the process is killed, and both are reported", async () => {
    const { clock, book, notes, watch } = await newWatch();
    const hung = await idleProcess();
    const ended = once(hung, "exit");
    await book.acquire(identify(hung.pid!)!);
    await watch.look();
    clock.advance(LEASE_MS - 1);
    expect(await watch.look()).toMatchObject({ isHeld: true });
    expect(notes.join("\n")).toContain(`process ${hung.pid} on`);
    clock.advance(1);
    expect(await watch.look()).toMatchObject({ isHeld: false });
    expect((await ended)[1]).toBe("SIGKILL");
    expect(notes.at(-1)).toMatch(/has not renewed its lease for 10 minutes: it hangs and is killed/);
    await expect(book.acquire(ownIdentity())).resolves.toMatchObject({ fence: 2 });
  });

  test("with a stamp far in the future is believed no longer than any other", async () => {
    const { clock, book, watch } = await newWatch();
    const lease = await book.acquire(onMachine("elsewhere"));
    clock.step(70 * 365 * 86_400_000);
    await book.renew(lease);
    clock.step(-70 * 365 * 86_400_000);
    expect(await watch.look()).toMatchObject({ isHeld: true });
    clock.advance(LEASE_MS);
    expect(await watch.look()).toMatchObject({ isHeld: false });
    await expect(book.acquire(ownIdentity())).resolves.toMatchObject({ fence: 2 });
  });

  test.each([86_400_000, -86_400_000])(
    "of a process that works is not lost when the wall clock is set by %i ms",
    async (stepMs) => {
      const { clock, book, watch } = await newWatch();
      await book.acquire(ownIdentity());
      await watch.look();
      clock.step(stepMs);
      expect(await watch.look()).toMatchObject({ isHeld: true });
      await expect(book.acquire(ownIdentity())).rejects.toMatchObject({ code: "lease_held" });
    },
  );

  test("never costs the watching process its own life", async () => {
    const { clock, book, watch } = await newWatch();
    await book.acquire(ownIdentity());
    await watch.look();
    clock.advance(LEASE_MS);
    expect(await watch.look()).toMatchObject({ isHeld: false });
  });

  test("shows by the next sign whether its holder renews, released it or is silent", async () => {
    const { clock, book, watch } = await newWatch();
    expect(await watch.nextSign(1_000)).toBe("free");
    const lease = await book.acquire(ownIdentity());
    expect(await watch.nextSign(1_000)).toBe("silent");
    const sign = watch.nextSign(60_000);
    clock.advance(1);
    await book.renew(lease);
    expect(await sign).toBe("renewed");
  });
});
