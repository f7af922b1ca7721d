import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { rm } from "node:fs/promises";
import { exchange, splitUrl } from "../../harness/tools/exchange.ts";
import { EXIT_CODES } from "../../harness/tools/verdict.ts";
import { newFolder, Refbench } from "../support/command/refbench-process.ts";
import {
  EMULATOR_IMAGE,
  eventually,
  findRealCluster,
  inventedRun,
  NODE_IMAGE,
  openRealCluster,
  plantTenant,
  type RealCluster,
} from "../support/real-cluster.ts";

const signal = new AbortController().signal;
const place = findRealCluster();
const MEASURED = [EXIT_CODES.pass, EXIT_CODES["slo-failed"], EXIT_CODES["generator-limited"]];

describe.skipIf(place === undefined)("a load from the pods of a Job", () => {
  let cluster: RealCluster;
  beforeAll(async () => {
    cluster = await openRealCluster(place!);
  });

  /** An emulated Coder in the cluster: its address there, and the token of its site admin. */
  async function emulator(): Promise<{ readonly url: string; readonly token: string }> {
    const namespace = inventedRun().prefix.replace("bench", "emulator");
    await cluster.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
    const container = { name: "emulator", image: EMULATOR_IMAGE, imagePullPolicy: "Never" };
    const pod = await cluster.create({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "emulator", namespace },
      spec: { containers: [container], terminationGracePeriodSeconds: 0 },
    });
    const { headers, dispatcher } = await cluster.access.login();
    return eventually("the emulator answers", async () => {
      const log = `${cluster.access.server}${pod}/log`;
      const answer = await exchange({
        method: "GET",
        ...splitUrl(log),
        headers,
        dispatcher,
        timeoutMs: 10_000,
      });
      const line = answer.bytes.toString();
      return line.startsWith(`{"simulated"`)
        ? (JSON.parse(line) as { url: string; token: string })
        : undefined;
    });
  }

  /** Starts the command; its namespaces are known by the label that its objects carry. */
  async function scaletest(
    coder: { readonly url: string; readonly token: string },
    ...flags: readonly string[]
  ) {
    const folder = await newFolder();
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const { kubeconfig, context } = cluster;
    const words = ["scaletest", "create-workspaces", "--url", coder.url, "--template", "kubernetes"];
    const job = ["--runner", "job", "--kubeconfig", kubeconfig, "--context", context];
    const args = [
      ...words,
      ...job,
      "--ssh-share",
      "0",
      "--concurrency",
      "0",
      "--cleanup-concurrency",
      "0",
      "--output",
      "json",
      ...flags,
    ];
    return new Refbench(folder, args, { ...process.env, CODER_SESSION_TOKEN: coder.token });
  }

  /** The namespaces of loads that exist, without those that existed before. */
  async function loadNamespaces(before: readonly string[] = []): Promise<readonly string[]> {
    const { items } = (await cluster.read("/api/v1/namespaces?labelSelector=bench-run")) as {
      items: { metadata: { name: string; deletionTimestamp?: string } }[];
    };
    return items
      .map(({ metadata }) => metadata.name)
      .filter((name) => /^bench-\w{12}-load$/.test(name) && !before.includes(name));
  }

  /** The pods of a namespace. */
  async function podsIn(namespace: string) {
    const { items } = (await cluster.read(`/api/v1/namespaces/${namespace}/pods`)) as {
      items: { metadata: { name: string }; status: { phase: string } }[];
    };
    return items;
  }

  test("of four pods measures all of it, and leaves nothing in the cluster or on the deployment", async () => {
    const tenant = await plantTenant(cluster);
    const before = { tenant: await tenant.look(), loads: await loadNamespaces() };
    const coder = await emulator();
    const size = ["--count", "8", "--connections", "40", "--connect-hold", "10s", "--parts", "4"];
    const run = await scaletest(coder, ...size, "--image", `generator=${NODE_IMAGE}`);
    const { code, stdout, stderr } = await run.ended;
    // On a busy machine the generator or Coder may miss an objective; a load that was made is none of the others.
    expect(MEASURED, stderr).toContain(code);
    const result = JSON.parse(stdout) as { readonly measurements: { readonly connections: object } };
    expect(result.measurements.connections).toMatchObject({ held: 40 });
    expect(await tenant.look()).toEqual(before.tenant);
    expect(await loadNamespaces(before.loads)).toEqual([]);
  });

  test("whose pod is killed is no load that passes, and leaves nothing", async () => {
    const before = await loadNamespaces();
    const coder = await emulator();
    const size = ["--count", "4", "--connections", "20", "--connect-hold", "15s", "--parts", "2"];
    const run = await scaletest(coder, ...size, "--image", `generator=${NODE_IMAGE}`);
    await run.says(/holding/);
    const [namespace = ""] = await loadNamespaces(before);
    const pod = (await podsIn(namespace)).find(({ status }) => status.phase === "Running");
    const path = `/api/v1/namespaces/${namespace}/pods/${pod!.metadata.name}?gracePeriodSeconds=0`;
    expect(await cluster.call("DELETE", path, signal)).toMatchObject({ state: "ok" });
    const { code, stderr } = await run.ended;
    expect([EXIT_CODES["generator-limited"], EXIT_CODES["harness-error"]], stderr).toContain(code);
    // Another user's load may have ended meanwhile.
    expect(await loadNamespaces(before)).toEqual([]);
  });

  test("with an image that cannot be pulled ends before it begins, names the image, and leaves nothing", async () => {
    const before = await loadNamespaces();
    const coder = await emulator();
    const run = await scaletest(coder, "--count", "2", "--image", "generator=refbench-missing:1");
    const { code, stderr } = await run.ended;
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining("refbench-missing:1") as string,
    });
    // Another user's load may have ended meanwhile.
    expect(await loadNamespaces(before)).toEqual([]);
  });
});
