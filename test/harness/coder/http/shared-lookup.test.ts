import type { lookup, LookupAddress } from "node:dns";
import { expect, test } from "vitest";
import { sharedLookup } from "../../../../harness/coder/http/shared-lookup.ts";

const FOUND = [
  { address: "10.0.0.1", family: 4 },
  { address: "10.0.0.2", family: 4 },
];

/** A system that counts what it is asked, and fails the first so many times. */
function system(failures = 0) {
  let [asked, nowMs] = [0, 0];
  const answer = (_name: string, _options: unknown, callback: (e: Error | null, a?: unknown) => void) => {
    asked++;
    const isFailing = failures-- > 0;
    setImmediate(() => (isFailing ? callback(new Error("EAI_AGAIN")) : callback(null, FOUND)));
  };
  const shared = sharedLookup(answer as unknown as typeof lookup, () => nowMs);
  const ask = (name: string): Promise<string | LookupAddress[]> =>
    new Promise((resolve, reject) =>
      shared(name, { all: true }, (error, addresses) =>
        error === null ? resolve(addresses) : reject(error),
      ),
    );
  return { ask, shared, asked: () => asked, pass: (ms: number) => void (nowMs += ms) };
}

test("a hundred connections at once ask for their name once, and get all its addresses", async () => {
  const { ask, asked } = system();
  const answers = await Promise.all(Array.from({ length: 100 }, () => ask("coder.test")));
  expect(asked()).toBe(1);
  for (const answer of answers) expect(answer).toEqual(FOUND);
});

test("another name is asked for on its own, and each again after some seconds", async () => {
  const { ask, asked, pass } = system();
  await ask("coder.test");
  await ask("apps.test");
  expect(asked()).toBe(2);
  pass(9_000);
  await ask("coder.test");
  expect(asked()).toBe(2);
  pass(2_000);
  await ask("coder.test");
  expect(asked()).toBe(3);
});

test("a failure is reported, and not kept", async () => {
  const { ask, asked } = system(1);
  await expect(ask("coder.test")).rejects.toThrow("EAI_AGAIN");
  expect(await ask("coder.test")).toEqual(FOUND);
  expect(asked()).toBe(2);
});

test("one address is returned if one is asked for", async () => {
  const { shared } = system();
  const one = await new Promise((resolve) =>
    shared("coder.test", {}, (_error, address, family) => resolve([address, family])),
  );
  expect(one).toEqual(["10.0.0.1", 4]);
});
