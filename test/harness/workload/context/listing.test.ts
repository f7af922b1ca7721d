import { expect, test } from "vitest";
import type { AnswerFault } from "../../../../rehearsal/emulator/faults.ts";
import { MAX_PAGES } from "../../../../harness/tools/page-watch.ts";
import { listUsers } from "../../../../harness/workload/context/listing.ts";
import { startEmulatedCoder } from "../../../support/coder/emulated-coder.ts";

interface Page {
  readonly users: readonly { readonly id: string; readonly username: string }[];
  readonly count?: number;
}

/** Lists the users of a Coder with these pages by their offset; returns how often it was asked too. */
async function listFrom(pageAt: (offset: number) => Page) {
  let asked = 0;
  const pages: AnswerFault = {
    call: /^GET \/users$/,
    play: ({ query }) => {
      asked++;
      return Promise.resolve({ status: 200, json: pageAt(Number(query.get("offset"))) });
    },
  };
  await using coder = await startEmulatedCoder({ answers: [pages] });
  return { answer: await listUsers(coder.siteAdmin), asked };
}

const users = (from: number, to: number): Page["users"] =>
  Array.from({ length: Math.max(0, to - from) }, (_, i) => ({
    id: `u${from + i}`,
    username: `n${from + i}`,
  }));

test.each([0, 1, 99, 100, 101, 250])("%i users are listed once each, to the count", async (count) => {
  const counted = await listFrom((from) => ({ users: users(from, Math.min(from + 100, count)), count }));
  expect(counted.answer).toMatchObject({ ok: true, value: users(0, count) });
  expect(counted.asked).toBe(Math.max(1, Math.ceil(count / 100)));
  // Without a count the first page that is not full is the last one.
  const uncounted = await listFrom((from) => ({ users: users(from, Math.min(from + 100, count)) }));
  expect(uncounted.answer).toMatchObject({ ok: true, value: users(0, count) });
});

test("pages that are smaller than asked for are read to the count", async () => {
  const { answer } = await listFrom((from) => ({ users: users(from, Math.min(from + 25, 60)), count: 60 }));
  expect(answer).toMatchObject({ ok: true, value: users(0, 60) });
});

test("a server that ignores the offset is a failure, after one page more", async () => {
  for (const count of [undefined, 1_000]) {
    const { answer, asked } = await listFrom(() => ({
      users: users(0, 100),
      ...(count === undefined ? {} : { count }),
    }));
    expect(answer).toMatchObject({
      ok: false,
      failure: { message: expect.stringMatching(/\/users: .* to its end: page 2 only repeats earlier/) },
    });
    expect(asked).toBe(2);
  }
});

test("a list that ends before its own count is a failure, also an empty one", async () => {
  for (const shown of [0, 40, 100]) {
    const { answer } = await listFrom((from) => ({ users: users(from, shown), count: 300 }));
    expect(answer).toMatchObject({
      ok: false,
      failure: { message: expect.stringContaining(`its count is 300, but it shows only ${shown}`) },
    });
  }
});

test("a server that always has another page is a failure after a number of pages", async () => {
  const { answer, asked } = await listFrom((from) => ({ users: users(from, from + 100) }));
  expect(answer).toMatchObject({ ok: false, failure: { message: expect.stringContaining("1000 pages") } });
  expect(asked).toBe(MAX_PAGES);
});
