import { beforeAll, describe, expect, test } from "vitest";
import { RefbenchError } from "../../harness/tools/error.ts";
import { systemClock } from "../../harness/tools/time/clock.ts";
import { jobCluster } from "../../harness/workload/pods/cluster.ts";
import { jobWorkerRunner } from "../../harness/workload/pods/job-runner.ts";
import type { JobPlace } from "../../harness/workload/pods/job-plan.ts";
import { programFile } from "../../rehearsal/bundle.ts";
import { loadTaskFor } from "../support/command/load-task.ts";
import {
  eventually,
  findRealCluster,
  inventedRun,
  NODE_IMAGE,
  openRealCluster,
  type RealCluster,
} from "../support/real-cluster.ts";
import { objectsIn } from "../support/real-load.ts";

const signal = new AbortController().signal;
const place = findRealCluster();
/** Longer than the cluster's own controllers need for a second try. */
const PATIENCE_MS = 2_000;
const SMALL = { memoryMib: 128, cpuMillis: 50 };

describe.skipIf(place === undefined)("a Job whose pods cannot start", () => {
  let cluster: RealCluster;
  let program: string;
  beforeAll(async () => {
    cluster = await openRealCluster(place!);
    program = await programFile("worker");
  });

  async function newNamespace(labels: Readonly<Record<string, string>> = {}) {
    const run = inventedRun();
    // Not the name of a load's namespace: another test looks for those meanwhile.
    const name = `${run.prefix}-refused`;
    const metadata = { name, labels: { ...run.labels, ...labels } };
    await cluster.create({ apiVersion: "v1", kind: "Namespace", metadata });
    return { name, labels: run.labels };
  }

  /** Loads nobody by pods in a namespace, and returns how that ends. */
  async function refusal(
    { name: namespace, labels }: { readonly name: string; readonly labels: Record<string, string> },
    change: Partial<JobPlace> = {},
  ): Promise<unknown> {
    const runner = jobWorkerRunner({
      cluster: jobCluster("the test's cluster", cluster.access, systemClock),
      program: () => Promise.resolve(program),
      patienceMs: PATIENCE_MS,
      place: { namespace, labels, image: NODE_IMAGE, needs: () => SMALL, ...change },
    });
    const task = loadTaskFor({ url: "http://127.0.0.1:9", token: "t" });
    const ended: unknown = await runner
      .load(task, { signal, onEvent: () => undefined })
      .catch((error: unknown) => error);
    for (const kind of ["jobs", "pods", "configmaps"] as const)
      expect(await objectsIn(cluster, namespace, kind), kind).toEqual([]);
    return ended;
  }

  const saying = (words: RegExp): object => ({
    name: RefbenchError.name,
    code: "infrastructure",
    message: expect.stringMatching(words) as string,
  });

  test("because no node can hold them ends in the scheduler's words, and nothing of it remains", async () => {
    const namespace = await newNamespace();
    const large = { needs: () => ({ memoryMib: 64, cpuMillis: 1_000_000 }) };
    expect(await refusal(namespace, large)).toMatchObject(
      saying(/the scheduler finds no node: 0\/\d+ nodes are available: .*Insufficient cpu/),
    );
  });

  test("because their image cannot be pulled ends with its name, and nothing of it remains", async () => {
    const namespace = await newNamespace();
    expect(await refusal(namespace, { image: "refbench-missing:1" })).toMatchObject(
      saying(/refbench-missing:1.*name an image that the cluster's nodes can pull/),
    );
  });

  test("because a quota refuses them ends in the quota's words, and nothing of it remains", async () => {
    const namespace = await newNamespace();
    const path = await cluster.create({
      apiVersion: "v1",
      kind: "ResourceQuota",
      metadata: { name: "no-pods", namespace: namespace.name },
      spec: { hard: { pods: "0" } },
    });
    await eventually("the quota counts", async () => {
      const { status } = (await cluster.read(path)) as { status?: { hard?: object } };
      return status?.hard;
    });
    expect(await refusal(namespace)).toMatchObject(
      saying(/the cluster refuses its pods: .*exceeded quota: no-pods, requested: pods=1/),
    );
  });

  test("because a policy refuses them ends in the policy's words, and nothing of it remains", async () => {
    const { prefix } = inventedRun();
    const namespace = await newNamespace({ refused: prefix });
    const admission = "admissionregistration.k8s.io/v1";
    const matching = { namespaceSelector: { matchLabels: { refused: prefix } } };
    const rule = { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] };
    await cluster.create({
      apiVersion: admission,
      kind: "ValidatingAdmissionPolicy",
      metadata: { name: prefix },
      spec: {
        matchConstraints: { ...matching, resourceRules: [rule] },
        validations: [{ expression: "false", message: "pods of strangers are not wanted here" }],
      },
    });
    await cluster.create({
      apiVersion: admission,
      kind: "ValidatingAdmissionPolicyBinding",
      metadata: { name: prefix },
      spec: { policyName: prefix, validationActions: ["Deny"] },
    });
    const pods = `/api/v1/namespaces/${namespace.name}/pods?dryRun=All`;
    const pod = {
      ...{ apiVersion: "v1", kind: "Pod", metadata: { name: "trial" } },
      spec: { containers: [{ name: "trial", image: NODE_IMAGE }] },
    };
    await eventually("the policy is enforced", async () => {
      const answer = await cluster.call("POST", pods, signal, pod);
      return answer.state === "ok" ? undefined : answer;
    });
    expect(await refusal(namespace)).toMatchObject(
      saying(/the cluster refuses its pods: .*pods of strangers are not wanted here/),
    );
  });
});
