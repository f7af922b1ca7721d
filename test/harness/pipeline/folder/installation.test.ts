import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { spawnReaper } from "../../../../harness/composition/spawn-reaper.ts";
import { takeOn } from "../../../../harness/teardown/take-on.ts";
import { adoptOrphans } from "../../../../harness/pipeline/driver/adopt.ts";
import { isOwn } from "../../../../harness/pipeline/folder/installation.ts";
import { planSchema } from "../../../../harness/pipeline/folder/plan.ts";
import { FakeWorld } from "../../../support/world/fake-world.ts";

async function newRun() {
  const world = new FakeWorld();
  const folder = await world.makeRun();
  const plan = JSON.parse(await readFile(folder.plan, "utf8")) as Record<string, unknown>;
  return { world, folder, plan };
}

const cloud = {
  ...{ provider: "google", project: "p", region: "r", zone: "z", emulated: false },
  ...{ stacks: "s", skippedChecks: [], skippedCanary: false },
};

describe("the folder of a run", () => {
  test("that this installation made is its own until its plan is changed", async () => {
    const { folder, plan } = await newRun();
    expect(isOwn(folder)).toBe(true);
    await writeFile(folder.plan, JSON.stringify({ ...plan, conditions: ["changed"] }));
    expect(isOwn(folder)).toBe(false);
  });

  test("that came from elsewhere starts nothing, and is named with the command that takes it on", async () => {
    const { world, folder } = await newRun();
    await rm(join(folder.path, "plan.sig"));
    expect(() => spawnReaper(folder)).toThrow(/was not made by this installation.*refbench teardown/);
    const cwd = join(folder.path, "..", "..", "..");
    const notes = await adoptOrphans(cwd, { clock: world.clock, spawnReaper });
    expect(notes.join("\n")).toContain("was not made by this installation");
  });

  test("is taken on when it is named, unless its plan leads to servers that this shell does not name", async () => {
    const { folder, plan } = await newRun();
    await rm(join(folder.path, "plan.sig"));
    await takeOn(folder, {});
    expect(isOwn(folder)).toBe(true);
    const endpoint = { GOOGLE_COMPUTE_CUSTOM_ENDPOINT: "http://127.0.0.9:18999/" };
    await writeFile(folder.plan, JSON.stringify({ ...plan, cloud: { ...cloud, endpoints: endpoint } }));
    await expect(takeOn(folder, { PATH: "" })).rejects.toMatchObject({
      code: "usage",
      message: expect.stringContaining("GOOGLE_COMPUTE_CUSTOM_ENDPOINT") as string,
    });
    expect(isOwn(folder)).toBe(false);
    await takeOn(folder, endpoint);
    expect(isOwn(folder)).toBe(true);
  });
});

describe("a plan", () => {
  test.each<[string, Record<string, unknown>]>([
    ["a variable that runs code", { cloud: { ...cloud, endpoints: { NODE_OPTIONS: "--import=data:," } } }],
    ["another variable of the cloud's", { cloud: { ...cloud, endpoints: { AWS_PROFILE: "http://a.test" } } }],
    [
      "an endpoint that is not a URL",
      { cloud: { ...cloud, endpoints: { AWS_ENDPOINT_URL: "file:///etc" } } },
    ],
    [
      "an endpoint with a credential",
      { cloud: { ...cloud, endpoints: { AWS_ENDPOINT_URL: "http://u:p@a.test" } } },
    ],
    ["a run id that is a path", { runId: "../../somewhere" }],
    [
      "faults of another folder",
      {
        rehearsal: {
          ...{ twinRoot: "/t", speed: 1, buildSpeed: 1, failBuilds: 0 },
          faults: "../../../../home/me/.config/gcloud/application_default_credentials.json",
        },
      },
    ],
  ])("with %s is not read", async (_name, changes) => {
    const { plan } = await newRun();
    expect(planSchema.safeParse(plan).success).toBe(true);
    expect(planSchema.safeParse({ ...plan, ...changes }).success).toBe(false);
  });
});
