import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { composePorts } from "../../../harness/composition/compose.ts";
import { endpointsOf, withEndpoints } from "../../../harness/composition/settings/endpoints.ts";
import { readJson } from "../../../harness/tools/files/json-file.ts";
import { planSchema, type CloudPlan, type Plan } from "../../../harness/pipeline/folder/plan.ts";
import type { RunFolder } from "../../../harness/pipeline/folder/run-folder.ts";
import { FakeWorld } from "../../support/world/fake-world.ts";

const { PATH = "" } = process.env;
const MOTO = { AWS_ENDPOINT_URL: "http://127.0.0.1:5000" };
const CLOUD: CloudPlan = {
  provider: "aws",
  project: "123456789012",
  region: "us-east-2",
  zone: "us-east-2a",
  endpoints: {},
  emulated: false,
  stacks: "0123456789abcdef",
  skippedChecks: [],
  skippedCanary: false,
};

async function made(
  cloud: Partial<CloudPlan> = {},
  request: { mirror?: string } = {},
): Promise<{ folder: RunFolder; plan: Plan; home: string }> {
  const home = await mkdtemp(join(tmpdir(), "refbench-compose-"));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  const folder = await new FakeWorld().makeRun(undefined, {
    rehearsal: undefined,
    cloud: { ...CLOUD, ...cloud },
    project: CLOUD.project,
    ...request,
  });
  return { folder, plan: await readJson(folder.plan, planSchema), home };
}

describe("the later processes of a real run", () => {
  test("work in the cloud in which it was created", async () => {
    const { folder, plan, home } = await made({ endpoints: MOTO, emulated: true });
    const ports = await composePorts(folder, plan, { PATH, HOME: home, ...MOTO });
    expect(ports.childEnv["AWS_ENDPOINT_URL"]).toBe(MOTO.AWS_ENDPOINT_URL);
    expect(ports.lockProviders).toBeUndefined();
  });

  test.each<readonly [string, Partial<CloudPlan>, NodeJS.ProcessEnv, RegExp]>([
    ["another endpoint", {}, MOTO, /made without AWS_ENDPOINT_URL.*unset AWS_ENDPOINT_URL/],
    [
      "no endpoint",
      { endpoints: MOTO },
      {},
      /here it is not set.*export AWS_ENDPOINT_URL=http:\/\/127.0.0.1:5000/,
    ],
    ["the twin's variables", {}, { REFBENCH_TWIN_ROOT: "/twin" }, /the twin would answer for its cloud/],
  ])("do nothing in a shell with %s: its answers would be another's", async (_, cloud, env, words) => {
    const { folder, plan, home } = await made(cloud);
    await expect(composePorts(folder, plan, { PATH, HOME: home, ...env })).rejects.toThrow(words);
  });

  test("pass no licence to their children", async () => {
    const { folder, plan, home } = await made();
    const { childEnv } = await composePorts(folder, plan, { PATH, HOME: home, REFBENCH_LICENCE: "planted" });
    expect(JSON.stringify(childEnv)).not.toContain("planted");
  });

  test("are refused if terraform would find the twin's provider", async () => {
    const { folder, plan, home } = await made();
    const env = { PATH, HOME: home, REFBENCH_TWIN_PLUGIN: "/plugin.js" };
    await expect(composePorts(folder, plan, env)).rejects.toMatchObject({ code: "usage" });
  });

  test("lock providers for other platforms if another machine may have to continue", async () => {
    const { folder, plan, home } = await made({}, { mirror: "s3://bucket/prefix?region=us-east-2" });
    const env = { PATH, HOME: home, AWS_ACCESS_KEY_ID: "k", AWS_SECRET_ACCESS_KEY: "s" };
    expect((await composePorts(folder, plan, env)).lockProviders).toBeDefined();
  });
});

describe("endpoint variables", () => {
  test("are read for their cloud, without those that have no effect", () => {
    const env = { ...MOTO, AWS_ENDPOINT_URL_S3: "", GOOGLE_SQL_CUSTOM_ENDPOINT: "http://127.0.0.1:1/" };
    expect(endpointsOf("aws", env)).toEqual({ endpoints: MOTO, emulated: true });
    expect(endpointsOf("google", env)).toMatchObject({ emulated: false });
    const ignored = { ...MOTO, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "true" };
    expect(endpointsOf("aws", ignored)).toEqual({ endpoints: {}, emulated: false });
  });

  test("for one service do not make the whole cloud emulated", () => {
    const env = { AWS_ENDPOINT_URL_S3: "http://127.0.0.1:5000" };
    expect(endpointsOf("aws", env)).toEqual({ endpoints: env, emulated: false });
  });

  test("of a run replace all endpoint variables of the shell", () => {
    const shell = {
      PATH,
      AWS_ENDPOINT_URL_STS: "http://elsewhere",
      AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "true",
    };
    expect(withEndpoints(shell, MOTO)).toEqual({ PATH, ...MOTO });
  });
});
