import { describe, expect, test } from "vitest";
import type { CommandEnd } from "../../../harness/nights/child-command.ts";
import type { Night } from "../../../harness/nights/night.ts";
import type { NightRequest } from "../../../harness/nights/request.ts";
import { toExitCode, type NightPorts, runNight } from "../../../harness/nights/run-night.ts";
import { parseSizes } from "../../../harness/nights/sizes.ts";
import type { RunRecord } from "../../../harness/model/record/record.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { officialRecord, sampleRecord } from "../results/sample-record.ts";

const NIGHT = "01kf3zq8v1a2b3c4d5e6f7g8h0";
const never = { stop: new AbortController().signal, leave: new AbortController().signal };
const done: CommandEnd = { code: 0, stdout: "", said: [], timedOut: false };

function request(changes: Partial<NightRequest> = {}): NightRequest {
  return {
    night: NIGHT,
    sizes: parseSizes("gke/100,gce-vm/1000"),
    rehearse: false,
    project: "my-project",
    runTimeMs: 3_600_000,
    faults: new Map(),
    site: "site",
    ...changes,
  };
}

/** Records the commands of a night, and answers each by the start of its arguments. */
class World {
  readonly commands: string[] = [];
  readonly written: Night[] = [];
  readonly closed: string[] = [];
  readonly records = new Map<string, RunRecord>();
  readonly answers: [start: string, end: Partial<CommandEnd>, then?: () => void][] = [];
  readonly clock = fakeClock();

  readonly ports: NightPorts = {
    clock: this.clock,
    command: ({ args }) => {
      const line = args.join(" ");
      this.commands.push(line);
      const [, end, then] = this.answers.find(([start]) => line.startsWith(start)) ?? [];
      then?.();
      return Promise.resolve({ ...done, ...end });
    },
    resultFile: (name) => `${name}.json`,
    findRecord: (file) => Promise.resolve(this.records.get(file)),
    write: (night) => {
      this.written.push(night);
      return Promise.resolve();
    },
    earlier: () => Promise.resolve([]),
    close: (night) => {
      this.closed.push(night.id);
      return Promise.resolve();
    },
    estimateSize: () => 10,
    wantsCanary: () => Promise.resolve(false),
    report: () => undefined,
  };

  passes(...names: string[]): this {
    for (const name of names) {
      const [architecture = "", size = ""] = name.split("/");
      const cost = { spent: 8, basis: "estimated" as const, estimate: ESTIMATE };
      this.records.set(`${architecture}-${size}.json`, officialRecord({ architecture, size, cost }));
    }
    return this;
  }

  /** The names of the commands, in order. */
  get steps(): readonly string[] {
    return this.commands.map((line) => line.split(" ").slice(0, 2).join(" "));
  }
}

const ESTIMATE = {
  prices: "2026-08-03",
  region: "us-central1",
  hours: 1,
  perHour: 10,
  teardownReserve: 1,
  total: 10,
  items: [],
};

test("a night sweeps, makes all preflights, measures each size, sweeps again and publishes", async () => {
  const world = new World().passes("gke/100", "gce-vm/1000");
  const night = await runNight(request({ table: "README.md" }), world.ports, never);
  expect(world.steps).toEqual([
    "sweep --project",
    "preflight gke",
    "preflight gce-vm",
    "run gke",
    "run gce-vm",
    "sweep --project",
    "results import",
    "results publish",
    "results table",
  ]);
  expect(night).toMatchObject({ verdict: "pass", runs: [{ state: "done", spent: 8 }, { verdict: "pass" }] });
  expect(toExitCode(night)).toBe(0);
  expect(world.commands.filter((line) => line.startsWith("run"))).toEqual([
    `run gke --size 100 --project my-project --night ${NIGHT} --max-cost 15.00 --output json:gke-100.json`,
    `run gce-vm --size 1000 --project my-project --night ${NIGHT} --max-cost 15.00 --output json:gce-vm-1000.json`,
  ]);
});

test("a failure stops no other run, and the night's exit code is the heaviest", async () => {
  const world = new World().passes("gce-vm/1000");
  const failed = sampleRecord({
    verdict: "infrastructure",
    reasons: ["infrastructure: quota exceeded"],
    stages: [
      {
        stage: "provision",
        startedAt: "2026-11-22T07:00:00.000Z",
        finishedAt: "2026-11-22T07:03:05.000Z",
        outcome: "failed",
      },
    ],
  });
  world.records.set("gke-100.json", failed);
  const night = await runNight(request(), world.ports, never);
  expect(night.runs).toMatchObject([
    { verdict: "infrastructure", stage: "provision", reason: "infrastructure: quota exceeded" },
    { verdict: "pass" },
  ]);
  expect(toExitCode(night)).toBe(30);
});

test("a run without a record is judged by its exit code, with its last line as the reason", async () => {
  const world = new World().passes("gce-vm/1000");
  world.answers.push(["run gke", { code: 2, said: ["refbench: gke 100 is not started: no licence"] }]);
  const night = await runNight(request(), world.ports, never);
  expect(night.runs[0]).toMatchObject({ verdict: "usage", reason: "gke 100 is not started: no licence" });
  expect(night.verdict).toBe("usage");
});

test("a run whose record is not part of the table is marked with the reasons", async () => {
  const world = new World().passes("gke/100", "gce-vm/1000");
  const { provenance } = officialRecord();
  const refbench = { version: "1.2.3", noCommit: "git is not on PATH" };
  world.records.set("gke-100.json", officialRecord({ provenance: { ...provenance, refbench } }));
  const { runs } = await runNight(request(), world.ports, never);
  expect(runs[0]?.unofficial).toContain("no refbench commit in its provenance: git is not on PATH");
  expect(runs[1]?.unofficial).toBeUndefined();
});

test("a run with exit code 0 but without a record has not passed", async () => {
  const night = await runNight(request(), new World().passes("gce-vm/1000").ports, never);
  expect(night.runs[0]).toMatchObject({
    verdict: "harness-error",
    reason: expect.stringContaining("no final record") as string,
  });
});

describe("a zone without machines", () => {
  const stockOut = (changes: Partial<RunRecord> = {}): RunRecord =>
    officialRecord({
      verdict: "infrastructure",
      reasons: ["infrastructure: Error 400: ZONE_RESOURCE_POOL_EXHAUSTED"],
      ...changes,
    });

  test("is replaced once by another zone, and the second run records the first", async () => {
    const world = new World().passes("gce-vm/1000");
    world.records.set("gke-100.json", stockOut());
    world.records.set("gke-100-second.json", officialRecord({ runId: "01kf3zq8v1a2b3c4d5e6f7g8ha" }));
    const night = await runNight(request(), world.ports, never);
    const second = world.commands.filter((line) => line.startsWith("run gke"))[1];
    expect(second).toContain("--zone us-central1-b");
    expect(second).toContain('"fromZone":"us-central1-a"');
    expect(night.runs).toMatchObject([
      { verdict: "infrastructure" },
      { verdict: "pass", secondZone: "us-central1-b" },
      { verdict: "pass" },
    ]);
    expect(night.verdict).toBe("pass");
  });

  test("leaves the rest of its budget to the second try, and its record is never taken for the second's", async () => {
    const world = new World();
    const cost = { spent: 6, basis: "estimated" as const, estimate: ESTIMATE };
    const found = stockOut({ cost });
    world.answers.push(["run gke --size 100 --project my-project", { code: 2, said: ["refbench: refused"] }]);
    const ports = { ...world.ports, findRecord: () => Promise.resolve(found) };
    const night = await runNight(request({ sizes: parseSizes("gke/100"), maxCost: 17 }), ports, never);
    expect(night.runs).toMatchObject([
      { runId: found.runId, budget: 15, spent: 6 },
      { verdict: "usage", budget: 11, spent: 0, secondZone: "us-central1-b" },
    ]);
    expect(night.runs[1]).not.toHaveProperty("runId");
    expect(world.commands.filter((line) => line.startsWith("run"))[1]).toContain("--max-cost 11.00");
  });

  test("is not tried a third time, nor while something of the first try remains", async () => {
    const world = new World().passes("gce-vm/1000");
    world.records.set("gke-100.json", stockOut());
    world.records.set("gke-100-second.json", stockOut({ runId: "01kf3zq8v1a2b3c4d5e6f7g8ha" }));
    expect((await runNight(request(), world.ports, never)).verdict).toBe("infrastructure");
    expect(world.commands.filter((line) => line.startsWith("run gke"))).toHaveLength(2);

    const leaking = new World().passes("gce-vm/1000");
    const teardown = { ...officialRecord().teardown, state: "unverified" } as RunRecord["teardown"];
    leaking.records.set("gke-100.json", stockOut({ teardown }));
    await runNight(request(), leaking.ports, never);
    expect(leaking.commands.filter((line) => line.startsWith("run gke"))).toHaveLength(1);
  });
});

describe("money", () => {
  test("a run that the night cannot afford is skipped, and does not count as passed", async () => {
    const world = new World().passes("gke/100", "gce-vm/1000");
    const night = await runNight(request({ maxCost: 17 }), world.ports, never);
    expect(world.commands.filter((line) => line.startsWith("run"))).toHaveLength(1);
    expect(night.runs[1]).toMatchObject({ state: "skipped", verdict: "cost-ceiling" });
    expect(night.runs[1]?.reason).toContain("only $9.00 are left");
    expect(toExitCode(night)).toBe(50);
  });

  test("a run may cost 1.5 times its estimate, and at most what the night has left", async () => {
    const world = new World().passes("gke/100", "gce-vm/1000");
    const night = await runNight(request({ maxCost: 20 }), world.ports, never);
    expect(night.runs.map(({ budget }) => budget)).toEqual([15, 12]);
  });

  test("a run that was refused has cost nothing", async () => {
    const world = new World().passes("gce-vm/1000");
    world.answers.push(["run gke", { code: 2, said: ["refbench: no licence"] }]);
    const night = await runNight(request({ maxCost: 20 }), world.ports, never);
    expect(night.runs.map(({ state }) => state)).toEqual(["done", "done"]);
  });

  test("a run of unknown cost counts with its whole budget", async () => {
    const world = new World().passes("gce-vm/1000");
    const night = await runNight(request({ maxCost: 20 }), world.ports, never);
    expect(night.runs.map(({ state }) => state)).toEqual(["done", "skipped"]);
  });
});

test.each([
  [10, "found", "leaked", 40],
  [41, "failed", "unverified", 41],
] as const)("a sweep after the runs that ends with %i is %s: %s", async (code, outcome, verdict, exit) => {
  const world = new World().passes("gke/100", "gce-vm/1000");
  world.answers.push(["run gce-vm", {}, () => world.answers.unshift(["sweep", { code }])]);
  const night = await runNight(request(), world.ports, never);
  expect(night.steps.find(({ name }) => name.startsWith("sweep after"))).toMatchObject({ outcome });
  expect(night.verdict).toBe(verdict);
  expect(toExitCode(night)).toBe(exit);
});

test("removals by a sweep before the runs are reported, and do not fail this night", async () => {
  const world = new World().passes("gke/100", "gce-vm/1000");
  world.answers.push(["sweep", { code: 10 }, () => world.answers.shift()]);
  const night = await runNight(request(), world.ports, never);
  expect(night.steps[0]).toMatchObject({ outcome: "found" });
  expect(night.verdict).toBe("pass");
});

test("each cloud is swept once, and a canary precedes the first size that needs one", async () => {
  const world = new World().passes("gke/100", "gke/canary", "eks/100");
  const sizes = parseSizes("gke/100,eks/100");
  const wantsCanary: NightPorts["wantsCanary"] = ({ architecture }) =>
    Promise.resolve(architecture === "gke");
  const ports = { ...world.ports, wantsCanary };
  const night = await runNight(request({ sizes, account: "123456789012" }), ports, never);
  expect(world.commands.filter((line) => line.startsWith("sweep"))).toEqual([
    "sweep --project my-project",
    "sweep --account 123456789012 --region us-east-2",
    "sweep --project my-project",
    "sweep --account 123456789012 --region us-east-2",
  ]);
  expect(night.runs.map(({ architecture, size }) => `${architecture}/${size}`)).toEqual([
    "gke/canary",
    "gke/100",
    "eks/100",
  ]);
});

describe("a night's own time", () => {
  const HOUR = 3_600_000;
  const OVER = "not measured: the night's time is over";

  test("starts no run that may not end within it, does not count it as passed, and still sweeps and publishes", async () => {
    const world = new World().passes("gke/100", "gce-vm/1000");
    world.answers.push(["run gke", {}, () => world.clock.advance(3 * HOUR)]);
    const night = await runNight(request({ nightTimeMs: 6 * HOUR }), world.ports, never);
    expect(world.steps.slice(3)).toEqual(["run gke", "sweep --project", "results import", "results publish"]);
    expect(night.runs).toMatchObject([{ verdict: "pass" }, { state: "skipped", verdict: "interrupted" }]);
    expect(night.runs[1]?.reason).toContain(OVER);
    expect(toExitCode(night)).toBe(61);
  });

  test("is checked before a canary and again before the next size", async () => {
    const world = new World().passes("gke/canary", "gke/100");
    world.answers.push(["run gke --size canary", {}, () => world.clock.advance(3 * HOUR)]);
    const ports = { ...world.ports, wantsCanary: () => Promise.resolve(true) };
    const asked = request({ nightTimeMs: 6 * HOUR, sizes: parseSizes("gke/100") });
    const night = await runNight(asked, ports, never);
    expect(night.runs.map(({ size, state }) => `${size} ${state}`)).toEqual(["canary done", "100 skipped"]);
  });

  test("starts no second try in another zone either, and the first run gives the reason", async () => {
    const world = new World();
    const reasons = ["infrastructure: Error 400: ZONE_RESOURCE_POOL_EXHAUSTED"];
    world.records.set("gke-100.json", officialRecord({ verdict: "infrastructure", reasons }));
    world.answers.push(["run gke", {}, () => world.clock.advance(3 * HOUR)]);
    const asked = request({ nightTimeMs: 6 * HOUR, sizes: parseSizes("gke/100") });
    const night = await runNight(asked, world.ports, never);
    expect(night.runs).toHaveLength(1);
    expect(night.runs[0]?.reason).toMatch(/EXHAUSTED; not tried in us-central1-b: the night's time is over/);
    expect(toExitCode(night)).toBe(30);
  });

  test("never prevents the sweep before the runs, and the steps that had no time give the reason", async () => {
    const world = new World();
    world.answers.push(["sweep", {}, () => world.clock.advance(9 * HOUR)]);
    const night = await runNight(request({ nightTimeMs: 6 * HOUR }), world.ports, never);
    expect(world.steps).toEqual(["sweep --project", "sweep --project", "results import", "results publish"]);
    expect(night.steps[1]).toMatchObject({
      name: "preflight gke/100",
      said: "not begun: the night's time is over",
    });
  });
});

test("Ctrl-C ends the run at work, skips the others, and still sweeps and publishes", async () => {
  const stop = new AbortController();
  const world = new World();
  world.answers.push(["run gke", { code: 61 }, () => stop.abort()]);
  const night = await runNight(request(), world.ports, { ...never, stop: stop.signal });
  expect(world.steps.slice(3)).toEqual(["run gke", "sweep --project", "results import", "results publish"]);
  expect(night.runs).toMatchObject([{ verdict: "interrupted" }, { state: "skipped" }]);
  expect(toExitCode(night)).toBe(61);
});

test("a second Ctrl-C leaves at once", async () => {
  const [stop, leave] = [new AbortController(), new AbortController()];
  const world = new World();
  world.answers.push(["run gke", { code: 60 }, () => [stop, leave].forEach((each) => each.abort())]);
  const night = await runNight(request(), world.ports, { stop: stop.signal, leave: leave.signal });
  expect(world.steps.at(-1)).toBe("run gke");
  expect(night.finishedAt).toBeDefined();
  expect(toExitCode(night)).toBe(60);
});

test("an abandoned night keeps a heavier verdict that it had found", async () => {
  const [stop, leave] = [new AbortController(), new AbortController()];
  const world = new World();
  world.answers.push(["run gke", { code: 41 }, () => [stop, leave].forEach((each) => each.abort())]);
  const night = await runNight(request(), world.ports, { stop: stop.signal, leave: leave.signal });
  expect(toExitCode(night)).toBe(41);
  expect(toExitCode(night, "harness-error")).toBe(41);
});

test("Ctrl-C while the start of a run is written prevents the run", async () => {
  const stop = new AbortController();
  const world = new World();
  const write: NightPorts["write"] = ({ runs }) => {
    if (runs[0]?.state === "running") stop.abort();
    return Promise.resolve();
  };
  const night = await runNight(request(), { ...world.ports, write }, { ...never, stop: stop.signal });
  expect(world.steps).not.toContain("run gke");
  expect(night.verdict).toBe("interrupted");
});

test("neither a full disk nor a bucket that does not answer prevents the runs and the last sweep", async () => {
  const world = new World().passes("gke/100", "gce-vm/1000");
  let writes = 0;
  const write: NightPorts["write"] = () =>
    (writes += 1) === 1 ? Promise.resolve() : Promise.reject(new Error("ENOSPC"));
  const wantsCanary: NightPorts["wantsCanary"] = () => Promise.reject(new Error("403"));
  const night = await runNight(request(), { ...world.ports, write, wantsCanary }, never);
  expect(world.steps.slice(3)).toEqual([
    "run gke",
    "run gce-vm",
    "sweep --project",
    "results import",
    "results publish",
  ]);
  expect(night.verdict).toBe("harness-error");
});

describe("a night before this one", () => {
  const EARLIER: Night = {
    schemaVersion: 1,
    night: "01kf3zq8v1a2b3c4d5e6f7g8h1",
    simulated: false,
    startedAt: "2026-11-21T02:00:00.000Z",
    steps: [],
    runs: [{ architecture: "gke", size: "100", state: "running" }],
    unended: [],
    damaged: [],
  };
  const after = async (
    what: { readonly night: Night } | { readonly problem: string },
    changes: Partial<CommandEnd> = {},
  ) => {
    const world = new World().passes("gke/100", "gce-vm/1000");
    world.answers.push(["teardown", changes]);
    const earlier = () => Promise.resolve([{ id: EARLIER.night, living: ["01kf3run"], ...what }]);
    return { world, night: await runNight(request(), { ...world.ports, earlier }, never) };
  };

  test("that never ended is reported, its runs are torn down first, and it is closed", async () => {
    const { world, night } = await after({ night: EARLIER });
    expect(world.commands[0]).toBe("teardown 01kf3run");
    expect(night.unended).toMatchObject([{ night: EARLIER.night, runs: [{ state: "running" }] }]);
    expect(world.closed).toEqual([EARLIER.night]);
    expect(night.verdict).toBe("pass");
  });

  test("stays open for the next one if its run could not be torn down", async () => {
    const { world, night } = await after({ night: EARLIER }, { code: 41 });
    expect(world.closed).toEqual([]);
    expect(toExitCode(night)).toBe(40);
  });

  test("whose file cannot be read is reported, its runs are torn down, and this one measures but does not pass", async () => {
    const { world, night } = await after({ problem: "Unexpected end of JSON input" });
    expect(world.commands[0]).toBe("teardown 01kf3run");
    expect(world.closed).toEqual([EARLIER.night]);
    expect(night.damaged).toEqual([
      { night: EARLIER.night, problem: "Unexpected end of JSON input", runs: ["01kf3run"] },
    ]);
    expect(night.runs.map(({ verdict }) => verdict)).toEqual(["pass", "pass"]);
    expect(toExitCode(night)).toBe(20);
  });
});

test("a run that may take longer than the default expiry gets a longer one", async () => {
  const world = new World();
  await runNight(request({ runTimeMs: 5 * 3_600_000 }), world.ports, never);
  expect(world.commands.find((line) => line.startsWith("run gke"))).toContain("--ttl 310m");
});

test("the file shows the state of each run at every moment", async () => {
  const world = new World().passes("gke/100", "gce-vm/1000");
  await runNight(request(), world.ports, never);
  expect(world.written[0]?.runs.map(({ state }) => state)).toEqual(["waiting", "waiting"]);
  expect(world.written.some(({ runs }) => runs[0]?.state === "running" && runs[1]?.state === "waiting")).toBe(
    true,
  );
  expect(world.written.filter(({ finishedAt }) => finishedAt !== undefined)).toHaveLength(1);
});

test.each([
  ["gke", /--sizes has "gke", expected <architecture>\/<size>/],
  ["gke/100,gke/100", /gke\/100 twice/],
  ["gke/7", /size is "7"/],
])("sizes such as %s are refused", (text, message) => {
  expect(() => parseSizes(text)).toThrow(message);
});

test("the start of each run is reported with its position, and with about the time left once one has ended", async () => {
  const world = new World().passes("gke/100", "gce-vm/1000");
  const lines: string[] = [];
  world.answers.push(["run gke", {}, () => world.clock.advance(3_600_000)]);
  await runNight(request(), { ...world.ports, report: (line) => void lines.push(line) }, never);
  expect(lines).toContain("night: gke/100 (run 1 of 2)");
  // The first was expected to take 58 minutes and took 60; the second is expected to take 45.
  expect(lines.find((line) => line.startsWith("night: gce-vm/1000 ("))).toMatch(
    /^night: gce-vm\/1000 \(run 2 of 2, about \d+m \d\ds left\)$/,
  );
});
