import { describe, expect, test } from "vitest";
import type { PreflightFinding } from "../../../../harness/model/ports/preflight-finding.ts";
import { openContext, type Ports } from "../../../../harness/pipeline/context/context.ts";
import { Journal } from "../../../../harness/pipeline/folder/journal.ts";
import { RUN_STAGE_FUNCTIONS } from "../../../../harness/pipeline/driver/run.ts";
import { reap } from "../../../../harness/pipeline/driver/reaper.ts";
import { requestHandOver } from "../../../../harness/pipeline/folder/request.ts";
import { runStage } from "../../../../harness/pipeline/context/run-stage.ts";
import { environmentSchema } from "../../../../stacks/environment.ts";
import { recordSchema } from "../../../../harness/model/record/record.ts";
import { readJson } from "../../../../harness/tools/files/json-file.ts";
import type { RunRequest } from "../../../../harness/pipeline/making/make-run.ts";
import { writePendingRecord } from "../../../../harness/pipeline/record/run-record.ts";
import { formatResult } from "../../../../harness/results/format-result.ts";
import type { RunStage } from "../../../../harness/model/record/stage.ts";
import { FakeWorld } from "../../../support/world/fake-world.ts";
import { GOOGLE_PLAN } from "../../../support/cloud-plan.ts";

/** Runs one stage in a new world; returns its findings and its messages. */
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
  test("continues if nothing failed, and reports checks without an answer", async () => {
    const { outcome, notes } = await stage("preflight", {
      checks: checks(
        { name: "identity", state: "ok", found: "ada" },
        { name: "quota", state: "unknown", found: "403" },
        { name: "licence", state: "skipped", found: "needs none" },
      ),
    });
    expect(outcome).toBe("ok");
    expect(notes).toEqual(["preflight could not check quota: 403"]);
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
        "preflight: 2 of 3 checks failed, nothing was created\nmarker: no label refbench\n  next: label it\nquota: 2 of 8 free\n  next: ask for more",
    });
    expect(calls).toEqual([]);
  });

  test.each([
    [
      "fails",
      () => Promise.resolve({ state: "failed", scope: "cloud", reason: "503", partial: [] } as const),
    ],
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

test("advice is reported, and the run continues", async () => {
  const advice = { name: "cluster-access", state: "ok", found: "open", fix: "--cluster-cidr a/32" } as const;
  const { outcome, notes } = await stage("preflight", { checks: checks(advice) });
  expect([outcome, notes]).toEqual(["ok", ["cluster-access: open; better: --cluster-cidr a/32"]]);
});

describe("the identity that deploys is not a further admin of an EKS cluster", () => {
  const ROLE = "arn:aws:iam::123456789012:role/team/bench";
  const OTHER_ROLE = "arn:aws:iam::123456789012:role/human";

  async function admins(callerArn: string, applied = false): Promise<readonly string[] | undefined> {
    const world = new FakeWorld();
    const folder = await world.makeRun(undefined, {
      clusterAccess: { admins: [ROLE, OTHER_ROLE], cidrs: [] },
    });
    const finding = { name: "identity", state: "ok", found: "", callerArn } as const;
    const context = await openContext(folder, world.ports({ checks: checks(finding) }), {
      reporter: world.reporter,
      signal: new AbortController().signal,
    });
    if (applied) await context.journal.append({ type: "stack-intent", stack: "eks-cloud", act: "apply" });
    expect(await runStage("preflight", RUN_STAGE_FUNCTIONS.preflight, context)).toBe("ok");
    return (await readJson(folder.environment, environmentSchema)).clusterAccess?.admins;
  }

  test.each([
    ["the role's session", "arn:aws:sts::123456789012:assumed-role/bench/ada", [OTHER_ROLE]],
    [
      "a session of that name in another account",
      "arn:aws:sts::999999999999:assumed-role/bench/ada",
      undefined,
    ],
    ["the role itself", ROLE, [OTHER_ROLE]],
    ["somebody else", "arn:aws:iam::123456789012:user/ada", undefined],
  ])("%s", async (_, callerArn, expected) => {
    expect(await admins(callerArn)).toEqual(expected ?? [ROLE, OTHER_ROLE]);
  });

  test("unless something is applied already: its plan would not be empty", async () => {
    expect(await admins(ROLE, true)).toEqual([ROLE, OTHER_ROLE]);
  });
});

const DIGEST = `sha256:${"5a".repeat(32)}`;
const OTHER = `sha256:${"0".repeat(64)}`;

test("a refused sign-in yields one thing to do: the rest is named and counted", async () => {
  const { finding, notes } = await stage("preflight", {
    checks: checks(
      { name: "identity", state: "failed", found: "nobody is signed in", fix: "sign in" },
      { name: "quota", state: "unknown", found: "not checked, because identity failed" },
      { name: "names", state: "unknown", found: "not checked, because identity failed" },
      { name: "tools", state: "failed", found: "no gcloud", fix: "install it" },
    ),
  });
  expect(finding).toMatchObject({
    reason:
      "preflight: 2 of 4 checks failed, nothing was created\nidentity: nobody is signed in\n  next: sign in\nalso failed: tools\n2 checks were skipped",
  });
  expect(notes).toEqual([]);
});

describe("a run that ended in its preflight", () => {
  /** A cloud that lets nobody in, as without credentials. */
  const closed: Partial<Ports> = {
    checks: checks({ name: "identity", state: "failed", found: "nobody is signed in", fix: "sign in" }),
    inventory: {
      list: () => Promise.resolve({ state: "failed", scope: "cloud", reason: "401", partial: [] }),
      remove: () => Promise.resolve({ state: "gone" }),
    },
  };

  /** Runs its preflight, then the reaper, with what the journal says in between. */
  async function tornDown(entries: readonly Parameters<Journal["append"]>[0][] = []) {
    const world = new FakeWorld();
    const folder = await world.makeRun();
    const ports = world.ports(closed);
    const signal = new AbortController().signal;
    const context = await openContext(folder, ports, { reporter: world.reporter, signal });
    await runStage("preflight", RUN_STAGE_FUNCTIONS.preflight, context);
    for (const entry of entries) await context.journal.append(entry);
    await requestHandOver(folder);
    await reap(folder, ports, { reporter: world.reporter, signal });
    return readJson(folder.record, recordSchema);
  }

  test("is infrastructure with a clean teardown, although the inventory does not answer", async () => {
    const record = await tornDown();
    expect(record).toMatchObject({ verdict: "infrastructure", teardown: { state: "clean", left: [] } });
    const lines = formatResult(record, "text", 80).split("\n");
    expect(lines.length).toBeLessThanOrEqual(12);
    expect(lines).toContain("    next: sign in");
  });

  test.each([
    ["a stack was begun", { type: "stack-intent", stack: "gke-cloud", act: "apply" }],
    ["a later stage was begun", { type: "stage-intent", stage: "provision" }],
    ["the inventory saw something of it", { type: "inventory-seen", items: 1 }],
  ] as const)("is unverified as ever if %s", async (_, entry) => {
    expect(await tornDown([entry])).toMatchObject({ verdict: "unverified" });
  });
});

describe("the image that a cluster runs", () => {
  const REAL: Partial<RunRequest> = {
    rehearsal: undefined,
    project: GOOGLE_PLAN.project,
    cloud: GOOGLE_PLAN,
  };
  /** A run whose preflight was asked once for each digest that the registry said, in turn. */
  async function pinned(
    digests: readonly (string | undefined)[],
    {
      request = REAL,
      before,
    }: {
      request?: Partial<RunRequest>;
      before?: (turn: number) => Parameters<Journal["append"]>[0] | undefined;
    } = {},
  ) {
    const world = new FakeWorld();
    const folder = await world.makeRun(undefined, request);
    for (const [turn, coderImageDigest] of digests.entries()) {
      const context = await openContext(
        folder,
        world.ports({
          checks: checks({
            name: "artefacts",
            state: "ok",
            found: "",
            ...(coderImageDigest === undefined ? {} : { coderImageDigest }),
          }),
        }),
        { reporter: world.reporter, signal: new AbortController().signal },
      );
      const entry = before?.(turn);
      if (entry !== undefined) await context.journal.append(entry);
      expect(await runStage("preflight", RUN_STAGE_FUNCTIONS.preflight, context)).toBe("ok");
      await writePendingRecord(context);
    }
    return {
      environment: await readJson(folder.environment, environmentSchema),
      record: await readJson(folder.record, recordSchema),
    };
  }
  const byTag = expect.stringMatching(/^Coder's image: by its tag v\d+\.\d+\.\d+, without a digest/);

  test("is the registry's answer: synthesis reads it, and the record names it", async () => {
    const { environment, record } = await pinned([DIGEST]);
    expect(environment.coderImageDigest).toBe(DIGEST);
    expect(record.provenance.coderImageDigest).toBe(DIGEST);
    expect(record.conditions).not.toContainEqual(byTag);
  });

  test.each([undefined, "latest"])("is reported as the tag's if the registry answered %s", async (said) => {
    const { environment, record } = await pinned([said]);
    expect(environment).not.toHaveProperty("coderImageDigest");
    expect(record.provenance).not.toHaveProperty("coderImageDigest");
    expect(record.conditions).toContainEqual(byTag);
  });

  test("is reported as the tag's if preflight failed and the next stage ran anyway", async () => {
    const world = new FakeWorld();
    const folder = await world.makeRun(undefined, REAL);
    const failing = checks({ name: "quota", state: "failed", found: "", coderImageDigest: DIGEST });
    const context = await openContext(folder, world.ports({ checks: failing }), {
      reporter: world.reporter,
      signal: new AbortController().signal,
    });
    expect(await runStage("preflight", RUN_STAGE_FUNCTIONS.preflight, context)).toBe("failed");
    await writePendingRecord(context);
    const record = await readJson(folder.record, recordSchema);
    expect(record.conditions).toContainEqual(byTag);
    expect(await readJson(folder.environment, environmentSchema)).not.toHaveProperty("coderImageDigest");
  });

  test("stays what was applied, whatever the tag means later", async () => {
    const before = (turn: number) =>
      turn === 0 ? undefined : ({ type: "stack-intent", stack: "gke-cloud", act: "apply" } as const);
    const { environment, record } = await pinned([DIGEST, OTHER], { before });
    expect(environment.coderImageDigest).toBe(DIGEST);
    expect(record.provenance.coderImageDigest).toBe(DIGEST);
    const late = await pinned([undefined, OTHER], { before });
    expect(late.environment).not.toHaveProperty("coderImageDigest");
    expect(late.record.conditions).toContainEqual(byTag);
  });

  test("is asked for again until something is applied, and not lost when a registry is silent", async () => {
    expect((await pinned([DIGEST, OTHER])).environment.coderImageDigest).toBe(OTHER);
    const silent = await pinned([DIGEST, undefined]);
    expect(silent.record.provenance.coderImageDigest).toBe(DIGEST);
    expect(silent.record.conditions).not.toContainEqual(byTag);
  });

  test.each<[string, Partial<RunRequest>]>([
    ["a rehearsal", {}],
    ["a machine, which installs a package", { ...REAL, architecture: "gce-vm" }],
  ])("is nothing to %s", async (_, request) => {
    const { environment, record } = await pinned([DIGEST], { request });
    expect(environment).not.toHaveProperty("coderImageDigest");
    expect(record.conditions).not.toContainEqual(byTag);
  });
});

describe("the image that workspaces run", () => {
  const REAL = { rehearsal: undefined, project: GOOGLE_PLAN.project, cloud: GOOGLE_PLAN };
  const workspaceImageDigest = `sha256:${"1a".repeat(32)}`;
  const byTag = expect.stringMatching(/^workspace image: by its tag \(docker\.io\/.*returned no digest$/);

  async function recordOf(request: Partial<RunRequest>, said: object) {
    const world = new FakeWorld();
    const folder = await world.makeRun(undefined, request);
    const context = await openContext(
      folder,
      world.ports({ checks: checks({ name: "artefacts", state: "ok", found: "", ...said }) }),
      { reporter: world.reporter, signal: new AbortController().signal },
    );
    expect(await runStage("preflight", RUN_STAGE_FUNCTIONS.preflight, context)).toBe("ok");
    await writePendingRecord(context);
    const { workspaceImageDigest: digest } = await readJson(folder.environment, environmentSchema);
    return { digest, record: await readJson(folder.record, recordSchema) };
  }

  test.each(["gke", "gce-docker"])(
    "is what its registry reported, on %s: synthesis reads it, and the record names it",
    async (architecture) => {
      const { digest, record } = await recordOf({ ...REAL, architecture }, { workspaceImageDigest });
      expect(digest).toBe(workspaceImageDigest);
      expect(record.provenance.workspaceImageDigest).toBe(workspaceImageDigest);
      expect(record.conditions).not.toContainEqual(byTag);
    },
  );

  test.each([{}, { workspaceImageDigest: "latest" }])(
    "is recorded as its tag's if the registry reported %j",
    async (said) => {
      const { digest, record } = await recordOf(REAL, said);
      expect(digest).toBeUndefined();
      expect(record.conditions).toContainEqual(byTag);
    },
  );

  test.each([
    ["a rehearsal", {}],
    ["workspaces that are machines", { ...REAL, architecture: "gce-vm" }],
  ])("has no digest in the record of %s", async (_, request) => {
    const { digest, record } = await recordOf(request, { workspaceImageDigest });
    expect(digest).toBeUndefined();
    expect(record.provenance).not.toHaveProperty("workspaceImageDigest");
    expect(record.conditions).not.toContainEqual(byTag);
  });
});

describe("after provision", () => {
  const machine = (world: FakeWorld, labels: Record<string, string>): void =>
    world.add("m-1", "google_compute_instance", { labels });

  test("a machine without an expiry is reported, and the run continues", async () => {
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

  test("a machine whose cloud would not end it is reported", async () => {
    const hardEnds = (): ReturnType<NonNullable<Ports["hardEnds"]>> =>
      Promise.resolve({ state: "checked", problems: [{ name: "m-1", problem: "no max_run_duration" }] });
    const { notes } = await stage("provision", { hardEnds });
    expect(notes).toEqual(["machine m-1 would outlive its run: no max_run_duration"]);
  });

  test("a platform without hashes of its providers is reported before anything needs them", async () => {
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
