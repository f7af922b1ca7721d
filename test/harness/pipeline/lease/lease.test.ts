import { mkdtemp, rename } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { LEASE_MS, LeaseBook } from "../../../../harness/pipeline/lease/lease.ts";
import { ownIdentity } from "../../../../harness/tools/process/process-identity.ts";
import { onMachine } from "../../../support/identities.ts";
import { fakeClock } from "../../../support/fake-clock.ts";

async function newBook() {
  const clock = fakeClock();
  const directory = await mkdtemp(join(tmpdir(), "refbench-lease-"));
  return { clock, directory, book: new LeaseBook(directory, clock) };
}

const dead = { ...ownIdentity(), pid: 2 ** 22 + 1 };
const elsewhere = onMachine("another-machine");

describe("a lease", () => {
  test("is held by one living process at a time", async () => {
    const { book } = await newBook();
    await book.acquire(ownIdentity());
    await expect(book.acquire(ownIdentity())).rejects.toMatchObject({ code: "lease_held" });
  });

  test("of a dead process is taken over with a larger number", async () => {
    const { book } = await newBook();
    const first = await book.acquire(dead);
    const second = await book.acquire(ownIdentity());
    expect(second.fence).toBeGreaterThan(first.fence);
  });

  test("of another machine is believed until its renewal is too old", async () => {
    const { book, clock } = await newBook();
    await book.acquire(elsewhere);
    await expect(book.acquire(ownIdentity())).rejects.toMatchObject({ code: "lease_held" });
    clock.advance(LEASE_MS);
    await expect(book.acquire(ownIdentity())).resolves.toMatchObject({ fence: 2 });
  });

  test("that was overtaken fails its check and cannot be renewed", async () => {
    const { book } = await newBook();
    const first = await book.acquire(dead);
    await book.acquire(ownIdentity());
    await expect(book.check(first)).rejects.toMatchObject({ code: "lease_held" });
    await expect(book.renew(first)).rejects.toMatchObject({ code: "lease_held" });
  });

  test("whose folder was moved away fails its check", async () => {
    const { book, directory } = await newBook();
    const lease = await book.acquire(ownIdentity());
    await rename(directory, `${directory}-moved`);
    await expect(book.check(lease)).rejects.toMatchObject({ code: "lease_held" });
  });

  test("that was released is free at once", async () => {
    const { book } = await newBook();
    const first = await book.acquire(ownIdentity());
    await book.release(first);
    expect(await book.isHeld()).toBe(false);
    await expect(book.acquire(ownIdentity())).resolves.toMatchObject({ fence: 2 });
  });

  test("is taken by exactly one of many that ask at the same time", async () => {
    const { book } = await newBook();
    const asked = await Promise.allSettled(Array.from({ length: 20 }, () => book.acquire(ownIdentity())));
    expect(asked.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });
});
