import { describe, expect, test } from "vitest";
import { RefbenchError } from "../../harness/tools/error.ts";
import { fuzz } from "../../scripts/fuzz/campaign.ts";
import { jsonNear } from "../../scripts/fuzz/mutations.ts";
import { type Outcome, target } from "../../scripts/fuzz/target.ts";
import { TARGETS } from "../../scripts/fuzz/targets.ts";

/** Some ten seconds for all targets on two busy cores. */
const CASES = 60;
const SLOW_CASES = 10;
const SEED = 20_261_130;

describe("everything that is read", () => {
  test.each(TARGETS.map((one) => [one.name, one] as const))("%s", async (_, one) => {
    const cases = one.isSlow === true ? SLOW_CASES : CASES;
    const { finding, accepted, refused } = await fuzz(one, { seed: SEED, cases });
    expect(finding).toBeUndefined();
    // A target that rejects all of its own samples tests nothing; some flags accept little or no text.
    if (!one.name.startsWith("flag ")) expect(accepted).toBeGreaterThan(0);
    expect(accepted + refused).toBe(cases);
  });
});

describe("a campaign", () => {
  const reading = (read: (value: unknown) => Outcome) =>
    target({
      name: "some",
      secret: "PLANTED",
      inputs: jsonNear([{ name: "some", list: [1, 2], deep: { at: true } }]),
      read: (bytes: Uint8Array) => {
        let value: unknown;
        try {
          value = JSON.parse(Buffer.from(bytes).toString());
        } catch {
          return { state: "refused" };
        }
        return read(value);
      },
    });

  test.each<[string, (value: unknown) => Outcome, RegExp]>([
    [
      "an error of JavaScript's own",
      (value) => ({
        state: String((value as { name: string }).name.length) === "0" ? "refused" : "accepted",
      }),
      /something else than a RefbenchError/,
    ],
    [
      "a message with a secret",
      (value) => {
        if (Array.isArray(value)) throw new RefbenchError("usage", "the token PLANTED is no list");
        return { state: "accepted" };
      },
      /holds a secret/,
    ],
    [
      "a figure that is lost once it is written",
      (value) => ({ state: "accepted", again: { value, written: Buffer.from('{"name":"other"}') } }),
      /another thing once it is written/,
    ],
    [
      "a character that a terminal obeys",
      (value) => {
        const name = (value as { name?: unknown } | null)?.name;
        return { state: "accepted", printed: typeof name === "string" ? [name] : [] };
      },
      /a terminal obeys/,
    ],
    [
      "a name that reaches the prototype of all objects",
      (value) => {
        const all: Record<string, Record<string, unknown>> = {};
        for (const name of Object.keys(value ?? {})) (all[name] ??= {})["polluted"] = true;
        return { state: "accepted" };
      },
      /prototype/,
    ],
  ])("finds %s", async (_, read, why) => {
    const { finding } = await fuzz(reading(read), { seed: 1, cases: 5_000 });
    expect(finding?.why).toMatch(why);
  });

  test("makes the same cases for the same seed, and plays one of them again by its path", async () => {
    const broken = reading((value) => {
      if (Array.isArray(value)) throw new TypeError("a list");
      return { state: "accepted" };
    });
    const [first, again] = [
      await fuzz(broken, { seed: 7, cases: 5_000 }),
      await fuzz(broken, { seed: 7, cases: 5_000 }),
    ];
    expect(again).toEqual(first);
    const { finding } = await fuzz(broken, { seed: 7, cases: 1, path: first.finding?.path ?? "" });
    expect(finding?.input).toBe(first.finding?.input);
  });
});
