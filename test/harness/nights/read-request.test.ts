import { describe, expect, test } from "vitest";
import type { Io } from "../../../harness/composition/settings/io.ts";
import { type NightlyFlags, readNightRequest } from "../../../harness/nights/read-request.ts";
import { CapturedStream } from "../cli/progress/captured-stream.ts";
import { preflightArguments, runArguments } from "../../../harness/nights/request.ts";

/** A checkout whose commit is known. */
const CLEAN = { version: "1.2.3", commit: "a".repeat(40), dirty: false };
const io = { cwd: "/nowhere", env: {} } as unknown as Io;
const HOUR = 3_600_000;
const REAL: NightlyFlags = { sizes: "gke/100", project: "my-project", runTime: HOUR, faults: [] };
const REHEARSED: NightlyFlags = { sizes: "gke/canary", rehearse: true, runTime: HOUR, faults: [] };

describe("a night", () => {
  test.each<[string, NightlyFlags, RegExp]>([
    [
      "a size of a real cloud without a project",
      { ...REAL, project: "" },
      /^gke\/100 is measured in a real cloud/,
    ],
    ["a speed in a real cloud", { ...REAL, speed: 2 }, /^--speed needs --rehearse/],
    ["faults in a real cloud", { ...REAL, faults: ["gke/100=f.json"] }, /^--faults needs --rehearse/],
    [
      "a state in a rehearsal",
      { ...REHEARSED, state: "gs://b" },
      /^--state cannot be combined with --rehearse/,
    ],
    [
      "faults of a size that it does not have",
      { ...REHEARSED, faults: ["eks/canary=f"] },
      /expected <size>=<file>/,
    ],
    ["too little time for one size", { ...REAL, nightTime: HOUR }, /^--night-time is 60m/],
  ])("with %s is refused", async (_, flags, message) => {
    await expect(readNightRequest(flags, io, CLEAN)).rejects.toMatchObject({
      code: "usage",
      message: expect.stringMatching(message) as string,
    });
  });

  test("passes its flags on to each run, and the licence to the preflight too", async () => {
    const buckets = { mirror: "gs://b/runs", state: "gs://b/state" };
    const request = await readNightRequest({ ...REAL, ...buckets, licenceFile: "l.jwt" }, io, CLEAN);
    const size = request.sizes[0]!;
    const run = runArguments(size, request, { result: "r.json", budget: undefined }).join(" ");
    expect(run).toContain("--licence-file l.jwt --mirror gs://b/runs --state gs://b/state --output");
    expect(preflightArguments(size, request).join(" ")).toContain("--licence-file l.jwt");
  });

  describe("without a known commit of refbench", () => {
    const UNKNOWN = { version: "1.2.3", noCommit: 'git said "fatal: detected dubious ownership"' };
    const DIRTY = { version: "1.2.3", commit: "a".repeat(40), dirty: true };

    test.each([
      [UNKNOWN, /git said "fatal: detected dubious ownership".*add --unofficial/],
      [DIRTY, /changes in no commit.*add --unofficial/],
    ])("is refused before it costs anything, in git's own words", async (refbench, message) => {
      await expect(readNightRequest(REAL, io, refbench)).rejects.toMatchObject({
        code: "usage",
        message: expect.stringMatching(message) as string,
      });
    });

    test.each<[string, NightlyFlags, NodeJS.ProcessEnv]>([
      ["that asks for it", { ...REAL, unofficial: true }, {}],
      [
        "on an emulated cloud",
        { ...REAL, sizes: "eks/canary", account: "1" },
        { AWS_ENDPOINT_URL: "http://127.0.0.1:9" },
      ],
      ["that is rehearsed", REHEARSED, {}],
    ])("%s reports this at its start, and continues", async (_, flags, env) => {
      const stderr = new CapturedStream();
      await readNightRequest(flags, { cwd: "/nowhere", env, stderr }, UNKNOWN);
      expect(stderr.text).toContain('git said "fatal: detected dubious ownership"');
    });

    test("and that is rehearsed reports no uncommitted changes", async () => {
      const stderr = new CapturedStream();
      await readNightRequest(REHEARSED, { cwd: "/nowhere", env: {}, stderr }, DIRTY);
      expect(stderr.text).toBe("");
    });
  });

  test("that is rehearsed passes its speeds on, but no licence, which it simulates", async () => {
    const flags = { ...REHEARSED, speed: 2000, buildSpeed: 50, licenceFile: "l.jwt" };
    const request = await readNightRequest(flags, io, CLEAN);
    const run = runArguments(request.sizes[0]!, request, { result: "r.json", budget: undefined }).join(" ");
    expect(run).toContain("--rehearse");
    expect(run).toContain("--speed 2000 --build-speed 50 --output");
    expect(run).not.toContain("licence");
  });
});
