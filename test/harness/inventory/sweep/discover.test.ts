import { describe, expect, test } from "vitest";
import { DEFAULT_MAX_RESOURCES } from "../../../../harness/inventory/sweep/breaker.ts";
import { RefbenchError } from "../../../../harness/tools/error.ts";
import { actions, FakeCloud, OTHER_RUN, RUN } from "./fake-inventory.ts";

const unlabelled = { runId: undefined } as unknown as { runId: string };

describe("a sweep by discovery", () => {
  test("removes the removable items and keeps the rest, in one answer", async () => {
    const cloud = new FakeCloud();
    const inAnHour = String(Math.ceil(cloud.clock.now() / 1000) + 3600);
    cloud.put("old");
    cloud.put("young", { createdAt: new Date(cloud.clock.now()).toISOString() });
    cloud.put("by-hand", { runId: "by-hand", labels: { "bench-managed": "manual" } });
    cloud.put("expires", { runId: "expires", labels: { "bench-expires": inAnHour } });
    cloud.put("of-no-run", unlabelled);
    const found = await cloud.sweep();
    expect(actions(found)).toEqual({
      old: "removed: old",
      young: "kept: young",
      "by-hand": "kept: manual",
      expires: "kept: not-expired",
      "of-no-run": "kept: unlabelled",
    });
    expect(found.problems).toEqual([]);
    expect(cloud.deletes).toEqual(["old"]);
  });

  test("takes the manual mark, and the latest expiry, from the run's other items", async () => {
    const cloud = new FakeCloud();
    cloud.put("network", { runId: RUN });
    cloud.put("cluster", { runId: RUN, labels: { "bench-managed": "manual" } });
    cloud.put("bench-000000000002-subnet", unlabelled);
    cloud.put("vm", { runId: OTHER_RUN, labels: { "bench-expires": "never" } });
    await cloud.sweep({ olderThanMs: 0 });
    expect(cloud.deletes).toEqual([]);
  });

  test("knows manual environments from the folder if nothing is labelled", async () => {
    const cloud = new FakeCloud();
    cloud.put("bench-000000000001-network", unlabelled);
    expect(actions(await cloud.sweep({}, { manualRuns: new Set(["000000000001"]) }))).toEqual({
      "bench-000000000001-network": "kept: manual",
    });
  });

  test("asks about runs after the list, so that a run that began between them is seen", async () => {
    const cloud = new FakeCloud();
    const states = new Map<string, "living">();
    cloud.put("disk");
    cloud.onList = () => states.set("000000000001", "living");
    await cloud.sweep({ olderThanMs: 0 }, { runs: () => Promise.resolve(new Map(states)) });
    expect(cloud.deletes).toEqual([]);
  });

  test("on a dry run reports the items that it would remove, and removes nothing", async () => {
    const cloud = new FakeCloud();
    cloud.put("old");
    expect(actions(await cloud.sweep({ dryRun: true }))).toEqual({ old: "would-remove: old" });
    expect(cloud.deletes).toEqual([]);
  });

  test("for one run leaves the others alone", async () => {
    const cloud = new FakeCloud();
    cloud.put("mine");
    cloud.put("other", { runId: OTHER_RUN });
    await cloud.sweep({ runId: RUN });
    expect([...cloud.items.keys()]).toEqual(["other"]);
  });
});

describe("the breaker", () => {
  test("trips before the first delete if more items would be removed for their age than allowed", async () => {
    const cloud = new FakeCloud();
    for (let n = 0; n <= DEFAULT_MAX_RESOURCES; n += 1) cloud.put(`disk-${n}`);
    const found = await cloud.sweep();
    expect(cloud.deletes).toEqual([]);
    expect(found.problems).toEqual([expect.stringContaining(`${DEFAULT_MAX_RESOURCES + 1} resources`)]);
    expect(new Set(Object.values(actions(found)))).toEqual(new Set(["left: old"]));
  });

  test("lets pass what is certain, unless a limit was given", async () => {
    const cloud = new FakeCloud();
    const labels = { "bench-expires": "1" };
    for (let n = 0; n <= DEFAULT_MAX_RESOURCES; n += 1) cloud.put(`disk-${n}`, { labels });
    expect((await cloud.sweep({ maxResources: 5 })).problems).toHaveLength(1);
    expect(cloud.deletes).toEqual([]);
    expect((await cloud.sweep()).problems).toEqual([]);
    expect(cloud.items.size).toBe(0);
  });

  test("counts what appears later too", async () => {
    const cloud = new FakeCloud();
    cloud.put("first");
    cloud.answers.set("first", [{ state: "in-use", reason: "of second" }]);
    let lists = 0;
    cloud.onList = () => {
      lists += 1;
      if (lists === 1) for (const id of ["second", "third"]) cloud.put(id);
    };
    const found = await cloud.sweep({ maxResources: 2 });
    expect(found.problems).toEqual([expect.stringContaining("3 resources")]);
    expect(cloud.deletes).toEqual(["first"]);
  });
});

describe("an item of unknown age", () => {
  const ageless = { createdAt: undefined } as unknown as { createdAt: string };

  test("is never removed by the sweep that sees it first, whatever age is asked for", async () => {
    const cloud = new FakeCloud();
    cloud.put("ageless", ageless);
    cloud.put("blocker");
    // More looks of the same sweep must not give it an age.
    cloud.answers.set("blocker", [{ state: "in-use", reason: "busy" }]);
    const found = await cloud.sweep({ olderThanMs: 0 });
    expect(actions(found)).toEqual({ blocker: "removed: old", ageless: "kept: unknown-age" });
    expect(cloud.deletes).not.toContain("ageless");
  });

  test("is removed once it has been seen for long enough", async () => {
    const cloud = new FakeCloud();
    cloud.put("ageless", ageless);
    await cloud.sweep();
    cloud.clock.advance(5 * 3_600_000);
    expect(actions(await cloud.sweep())).toEqual({ ageless: "kept: young" });
    cloud.clock.advance(2 * 3_600_000);
    expect(actions(await cloud.sweep())).toEqual({ ageless: "removed: old" });
  });

  test("keeps its first sight through a sweep of one run", async () => {
    const cloud = new FakeCloud();
    cloud.put("ageless", ageless);
    await cloud.sweep();
    await cloud.sweep({ runId: OTHER_RUN });
    cloud.clock.advance(7 * 3_600_000);
    expect(actions(await cloud.sweep())).toEqual({ ageless: "removed: old" });
  });
});

describe("an inventory that fails", () => {
  test("causes no removal", async () => {
    const cloud = new FakeCloud();
    cloud.put("old");
    cloud.goodLists = 0;
    const found = await cloud.sweep();
    expect(found.problems).toEqual(["cannot list fake cloud: 503"]);
    expect(cloud.deletes).toEqual([]);
  });

  test("after the first removals leaves the sweep unfinished, with what it did", async () => {
    const cloud = new FakeCloud();
    cloud.put("a");
    cloud.put("b");
    cloud.answers.set("b", [{ state: "in-use", reason: "by a" }]);
    cloud.goodLists = 1;
    const found = await cloud.sweep();
    expect(found.problems).toEqual(["cannot list fake cloud: 503"]);
    expect(actions(found)).toEqual({ a: "removed: old", b: "left: old" });
  });
});

describe("a delete that is answered", () => {
  test("in use is asked again once something else is gone", async () => {
    const cloud = new FakeCloud();
    cloud.put("network");
    cloud.put("disk");
    cloud.answers.set("network", [{ state: "in-use", reason: "by disk" }]);
    expect((await cloud.sweep()).problems).toEqual([]);
    expect(cloud.deletes).toEqual(["network", "disk", "network"]);
    expect(cloud.items.size).toBe(0);
  });

  test("denied is not asked again, and does not keep the rest", async () => {
    const cloud = new FakeCloud();
    cloud.put("protected");
    cloud.put("disk");
    cloud.answers.set(
      "protected",
      Array<{ state: "denied"; reason: string }>(9).fill({ state: "denied", reason: "403" }),
    );
    const found = await cloud.sweep();
    expect(cloud.deletes).toEqual(["protected", "disk"]);
    expect(found.items.find(({ action }) => action === "left")).toMatchObject({ problem: "denied: 403" });
  });

  test.each(["throttled", "failed"] as const)("%s is asked again", async (state) => {
    const cloud = new FakeCloud();
    cloud.put("disk");
    cloud.answers.set("disk", [
      { state, reason: "later" },
      { state, reason: "later" },
    ]);
    expect(actions(await cloud.sweep())).toEqual({ disk: "removed: old" });
  });

  test("as removed, and still exists, remains and is not removed again for ever", async () => {
    const cloud = new FakeCloud();
    cloud.put("undead");
    cloud.answers.set("undead", Array<{ state: "removed" }>(99).fill({ state: "removed" }));
    const found = await cloud.sweep();
    expect(found.items).toMatchObject([
      { action: "left", problem: expect.stringContaining("but it still exists") },
    ]);
    expect(cloud.deletes.length).toBeLessThan(20);
  });

  test("as already gone counts neither as swept nor as left", async () => {
    const cloud = new FakeCloud();
    cloud.put("disk");
    const once = cloud.items.get("disk")!;
    cloud.onList = () => cloud.items.delete(once.id);
    expect(actions(await cloud.sweep())).toEqual({});
  });
});

test("a sweep that lost its lease stops before its next delete", async () => {
  const cloud = new FakeCloud();
  cloud.put("a");
  cloud.put("b");
  const checkLease = (): Promise<void> =>
    cloud.deletes.length === 0
      ? Promise.resolve()
      : Promise.reject(new RefbenchError("lease_held", "another sweep took over"));
  const found = await cloud.sweep({}, { checkLease });
  expect(cloud.deletes).toEqual(["a"]);
  expect(found.problems).toEqual(["another sweep took over"]);
});
