import { describe, expect, test } from "vitest";
import { isDue, runState, type RunFacts } from "../../../../harness/inventory/sweep/run-state.ts";

const nobody: RunFacts = { final: false, driver: "dead", held: false, asked: false, expired: false };

describe("a run", () => {
  test.each<[string, Partial<RunFacts>, string, boolean]>([
    ["whose record is final", { final: true, driver: "dead", expired: true, asked: true }, "ended", false],
    ["whose process and reaper died", {}, "orphaned", true],
    ["whose reaper works after its process", { held: true }, "living", true],
    ["whose process lives", { driver: "alive" }, "living", false],
    [
      "whose process lives, and whose teardown was asked for",
      { driver: "alive", asked: true },
      "living",
      false,
    ],
    ["whose process lives beyond its expiry", { driver: "alive", expired: true }, "living", true],
    ["of another machine", { driver: "elsewhere" }, "living", false],
    ["of another machine, beyond its expiry", { driver: "elsewhere", expired: true }, "orphaned", true],
    ["in stages", { driver: "none" }, "living", false],
    ["in stages, beyond its expiry", { driver: "none", expired: true }, "orphaned", true],
    ["in stages, whose teardown was asked for", { driver: "none", asked: true }, "orphaned", true],
  ])("%s", (_, facts, state, due) => {
    expect(runState({ ...nobody, ...facts })).toBe(state);
    expect(isDue({ ...nobody, ...facts })).toBe(due);
  });
});
