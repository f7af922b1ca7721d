import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { EXIT_CODES } from "../../harness/tools/verdict.ts";
import { newFolder, refbench } from "../support/command/refbench-process.ts";
import {
  allowRefbench,
  eventually,
  findRealCluster,
  inventedRun,
  narrowAccess,
  openRealCluster,
  plantTenant,
  type RealCluster,
} from "../support/real-cluster.ts";
import { loadNamespaces, objectsIn, startEmulator, startScaletest } from "../support/real-load.ts";

const signal = new AbortController().signal;
const place = findRealCluster();
const MEASURED = [EXIT_CODES.pass, EXIT_CODES["slo-failed"], EXIT_CODES["generator-limited"]];

describe.skipIf(place === undefined)("a load from the pods of a Job", () => {
  let cluster: RealCluster;
  let undo: () => Promise<void>;
  beforeAll(async () => {
    cluster = await openRealCluster(place!);
    undo = await allowRefbench(cluster);
  });
  afterAll(() => undo());

  test("of four pods measures all of it, and leaves nothing in the cluster or on the deployment", async () => {
    const tenant = await plantTenant(cluster);
    const before = { tenant: await tenant.look(), loads: await loadNamespaces(cluster) };
    const coder = await startEmulator(cluster);
    const size = ["--count", "8", "--connections", "40", "--connect-hold", "10s", "--parts", "4"];
    const run = await startScaletest(cluster, coder, ...size);
    const { code, stdout, stderr } = await run.ended;
    // On a busy machine the generator or Coder may miss an objective; a load that was made is none of the others.
    expect(MEASURED, stderr).toContain(code);
    const result = JSON.parse(stdout) as { readonly measurements: { readonly connections: object } };
    expect(result.measurements.connections).toMatchObject({ held: 40 });
    expect(await tenant.look()).toEqual(before.tenant);
    // Another user's load may have ended meanwhile.
    expect(await loadNamespaces(cluster, before.loads)).toEqual([]);
  });

  test("whose pod is evicted in the hold loses that part only, never passes, and leaves nothing", async () => {
    const before = await loadNamespaces(cluster);
    const coder = await startEmulator(cluster);
    const size = ["--count", "4", "--connections", "20", "--connect-hold", "15s", "--parts", "2"];
    const run = await startScaletest(cluster, coder, ...size);
    await run.says(/holding/);
    const [namespace = ""] = await loadNamespaces(cluster, before);
    const [pod] = await objectsIn(cluster, namespace, "pods");
    const { name, labels } = pod!.metadata;
    const path = `/api/v1/namespaces/${namespace}/pods/${name}/eviction`;
    const eviction = { apiVersion: "policy/v1", kind: "Eviction", metadata: { name, namespace } };
    expect(await cluster.call("POST", path, signal, eviction)).toMatchObject({ state: "ok" });
    const { code, stdout, stderr } = await run.ended;
    expect(code, stderr).toBe(EXIT_CODES["harness-error"]);
    const { verdict, measurements } = JSON.parse(stdout) as {
      readonly verdict: string;
      readonly measurements: { readonly connections: object; readonly lostParts: unknown };
    };
    const part = Number(labels?.["batch.kubernetes.io/job-completion-index"]) + 1;
    expect({ verdict, ...measurements }).toMatchObject({
      verdict: "harness-error",
      lostParts: [{ part, of: 2, cause: "disruption", wentDown: 10 }],
      connections: { held: 10, lost: 0 },
    });
    expect(await loadNamespaces(cluster, before)).toEqual([]);
  });

  /** Kills a load while it holds its connections, and sweeps it from a folder that does not know it. */
  async function sweepDeadLoad(
    within: (before: readonly string[]) => Promise<string>,
    flags: readonly string[],
  ) {
    const before = await loadNamespaces(cluster);
    const coder = await startEmulator(cluster);
    const run = await startScaletest(cluster, coder, "--connections", "4", "--connect-hold", "10m", ...flags);
    await run.says(/holding/);
    run.kill("SIGKILL");
    await run.ended;
    const namespace = await within(before);
    const [job] = await objectsIn(cluster, namespace, "jobs");
    expect(await objectsIn(cluster, namespace, "pods")).toHaveLength(1);
    const folder = await newFolder();
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const { kubeconfig, context } = cluster;
    const where = ["--kubeconfig", kubeconfig, "--context", context];
    const id = job?.metadata.labels?.["bench-run"] ?? "";
    const { code, stderr, stdout } = await refbench(folder, "sweep", ...where, "--run", id);
    expect(code, stderr + stdout).toBe(EXIT_CODES["slo-failed"]);
    return namespace;
  }

  test("whose harness was killed is swept with its namespace, and nothing of another tenant", async () => {
    const tenant = await plantTenant(cluster);
    const before = await tenant.look();
    const namespace = await sweepDeadLoad(
      async (known) => (await loadNamespaces(cluster, known))[0] ?? "",
      ["--count", "2"],
    );
    const path = `/api/v1/namespaces/${namespace}`;
    expect(await cluster.call("GET", path, signal)).toMatchObject({ state: "gone" });
    expect(await tenant.look()).toEqual(before);
  });

  test("in a namespace of the user's with the strictest Pod Security is swept alone after its harness was killed", async () => {
    const name = inventedRun().prefix.replace("bench", "team");
    const labels = { "pod-security.kubernetes.io/enforce": "restricted" };
    const path = await cluster.create({ apiVersion: "v1", kind: "Namespace", metadata: { name, labels } });
    const own = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "own", namespace: name } };
    const data = await cluster.create(own);
    await sweepDeadLoad(() => Promise.resolve(name), ["--count", "2", "--load-namespace", name]);
    await eventually("the Job's pods are gone with it", async () =>
      (await objectsIn(cluster, name, "pods")).length === 0 ? true : undefined,
    );
    expect(await objectsIn(cluster, name, "jobs")).toEqual([]);
    for (const kept of [path, data])
      expect(await cluster.read(kept)).not.toHaveProperty("metadata.deletionTimestamp");
    expect((await objectsIn(cluster, name, "configmaps")).map(({ metadata }) => metadata.name)).toEqual([
      "own",
    ]);
  });

  test("as a caller with few rights ends before anything is created, with the verbs and kinds that are missing", async () => {
    const before = await loadNamespaces(cluster);
    const { token } = await narrowAccess(cluster, [
      { apiGroups: ["batch"], resources: ["jobs"], verbs: ["create", "get", "patch", "delete"] },
      { apiGroups: [""], resources: ["namespaces", "configmaps"], verbs: ["create", "get", "delete"] },
      { apiGroups: [""], resources: ["pods"], verbs: ["list"] },
    ]);
    const folder = await newFolder();
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const kubeconfig = join(folder, "config");
    const { ca } = (await cluster.access.login()).tls;
    const { server } = cluster.access;
    const authority = { "certificate-authority-data": Buffer.from(String(ca)).toString("base64") };
    const content = {
      contexts: [{ name: "narrow", context: { cluster: "one", user: "narrow" } }],
      clusters: [{ name: "one", cluster: { server, ...authority } }],
      users: [{ name: "narrow", user: { token } }],
    };
    await writeFile(kubeconfig, JSON.stringify(content), { mode: 0o600 });
    // Nobody is asked there: the rights are checked before.
    const coder = await startEmulator(cluster);
    const run = await startScaletest({ kubeconfig, context: "narrow" }, coder, "--count", "2");
    const { code, stderr } = await run.ended;
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining("not granted are create pods/exec, get pods/exec;") as string,
    });
    expect(await loadNamespaces(cluster, before)).toEqual([]);
  });
});
