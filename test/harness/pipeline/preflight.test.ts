import { describe, expect, test } from "vitest";
import type { PreflightFinding } from "../../../harness/model/preflight-finding.ts";
import { openContext, type Ports } from "../../../harness/pipeline/context.ts";
import { Journal } from "../../../harness/pipeline/journal.ts";
import { RUN_STAGE_FUNCTIONS } from "../../../harness/pipeline/run.ts";
import { runStage } from "../../../harness/pipeline/run-stage.ts";
import type { RunStage } from "../../../harness/model/stage.ts";
import { FakeWorld } from "../../support/fake-world.ts";

/** Runs one stage in a world of its own; what it found, and what it told. */
async function stage(name: RunStage, overrides: Partial<Ports> = {}, world = new FakeWorld()) {
  const folder = await world.makeRun();
  const context = await openContext(folder, world.ports(overrides), {
    reporter: world.reporter,
    signal: new AbortController().signal,
  });
  const outcome = await runStage(name, RUN_STAGE_FUNCTIONS[name], context);
  const { entries } = await new Journal(folder.journal, world.clock).read();
  const finding = entries.find((entry) => entry.type === "finding");
  const notes = world.events.flatMap((event) => (event.type === "note" ? [event.message] : []));
  return { outcome, finding, notes, calls: world.calls, context };
}

const checks =
  (...findings: readonly PreflightFinding[]): Ports["checks"] =>
  () =>
    Promise.resolve(findings);

describe("a run's preflight", () => {
  test("goes on when nothing failed, and tells what could not be asked", async () => {
    const { outcome, notes } = await stage("preflight", {
      checks: checks(
        { name: "identity", state: "ok", found: "ada" },
        { name: "quota", state: "unknown", found: "403" },
        { name: "licence", state: "skipped", found: "needs none" },
      ),
    });
    expect(outcome).toBe("ok");
    expect(notes).toEqual(["preflight could not ask for quota: 403"]);
  });

  test("is infrastructure with every failure and its fix, and creates nothing", async () => {
    const { outcome, finding, calls } = await stage("preflight", {
      checks: checks(
        { name: "marker", state: "failed", found: "no label refbench", fix: "label it" },
        { name: "apis", state: "ok", found: "on" },
        { name: "quota", state: "failed", found: "2 of 8 free", fix: "ask for more" },
      ),
    });
    expect(outcome).toBe("failed");
    expect(finding).toMatchObject({
      verdict: "infrastructure",
      reason:
        "preflight: marker: no label refbench (mend it: label it); quota: 2 of 8 free (mend it: ask for more)",
    });
    expect(calls).toEqual([]);
  });

  test.each([
    ["fails", () => Promise.resolve({ state: "failed", scope: "cloud", reason: "503", items: [] } as const)],
    ["throws", () => Promise.reject(new Error("503"))],
  ])("is infrastructure when the inventory %s, whatever was left out", async (_, list) => {
    const inventory = { list, remove: () => Promise.resolve({ state: "gone" } as const) };
    const { finding } = await stage("preflight", { inventory });
    expect(finding).toMatchObject({
      verdict: "infrastructure",
      reason: expect.stringMatching(/no teardown could be verified: 503/),
    });
  });
});

describe("after provision", () => {
  const machine = (world: FakeWorld, labels: Record<string, string>): void =>
    world.create("m-1", "google_compute_instance", { labels });

  test("a machine that would not end is told, and the run goes on", async () => {
    const world = new FakeWorld();
    machine(world, {});
    const { outcome, notes } = await stage("provision", {}, world);
    expect(outcome).toBe("ok");
    expect(notes).toEqual([
      expect.stringMatching(/google_compute_instance m-1 has bench-expires missing, expected \d+/),
    ]);
  });

  test("one that carries its expiry and has a hard end is not", async () => {
    const world = new FakeWorld();
    const expires = String(Math.ceil((world.clock.now() + 3_600_000) / 1000));
    machine(world, { "bench-expires": expires });
    const hardEnds = (): ReturnType<NonNullable<Ports["hardEnds"]>> =>
      Promise.resolve({ state: "checked", problems: [] });
    expect((await stage("provision", { hardEnds }, world)).notes).toEqual([]);
  });

  test("one whose cloud would not end it is told", async () => {
    const hardEnds = (): ReturnType<NonNullable<Ports["hardEnds"]>> =>
      Promise.resolve({ state: "checked", problems: [{ name: "m-1", problem: "no max_run_duration" }] });
    const { notes } = await stage("provision", { hardEnds });
    expect(notes).toEqual(["machine m-1 would outlive its run: no max_run_duration"]);
  });

  test("a platform without hashes of its providers is told before anything of it is needed", async () => {
    const lockProviders = () =>
      Promise.resolve([
        { platform: "linux_amd64", locked: true },
        { platform: "darwin_arm64", locked: false, reason: "no such package" },
      ]);
    const { outcome, notes } = await stage("provision", { lockProviders });
    expect(outcome).toBe("ok");
    expect(notes[0]).toMatch(/gke-cloud has no provider hashes for darwin_arm64.*no such package/);
  });
});
