import { expect, test } from "vitest";
import { generatorPlace, generatorWorkers } from "../../../harness/composition/generator-workers.ts";
import { tokenAccess } from "../../../harness/kubernetes/access.ts";
import type { RunRequest } from "../../../harness/pipeline/making/make-run.ts";
import { environmentSchema } from "../../../stacks/environment.ts";
import { planSchema, type Plan } from "../../../harness/pipeline/folder/plan.ts";
import type { RunFolder } from "../../../harness/pipeline/folder/run-folder.ts";
import { readJson, writeJson } from "../../../harness/tools/files/json-file.ts";
import { FakeWorld } from "../../support/world/fake-world.ts";
import { loadTaskFor } from "../../support/command/load-task.ts";
import { FakeKubernetes } from "../../support/fake-kubernetes.ts";

const PLACE = { project: "p", region: "us-central1", zone: "us-central1-a", network: "n" };
const signal = new AbortController().signal;

/** A run of gke with generators; its cloud has a cluster once provision has ended. */
async function made(
  isProvisioned: boolean,
  request: Partial<RunRequest> = {},
): Promise<{ folder: RunFolder; plan: Plan }> {
  const folder = await new FakeWorld().makeRun(undefined, { runner: "job", generators: 2, ...request });
  if (isProvisioned)
    await writeJson(folder.result("provision"), {
      stacks: [],
      outputs: { coder_url: "http://10.0.0.7", template_variables: {}, load_namespace: "bench-load" },
      place: { ...PLACE, cluster: "bench-gke" },
      providers: {},
    });
  return { folder, plan: await readJson(folder.plan, planSchema) };
}

test("pods of a load run in the run's cluster on its generators, and carry the run's labels", async () => {
  const { folder, plan } = await made(true);
  expect(await generatorPlace(folder, plan)).toMatchObject({
    cluster: { ...PLACE, cluster: "bench-gke" },
    place: {
      namespace: "bench-load",
      labels: { "bench-run": plan.runId, "bench-env": "gke" },
      nodeSelector: { "bench-role-load": "true" },
      tolerations: [{ key: "bench-role", operator: "Equal", value: "load", effect: "NoSchedule" }],
      // What is free on an n2-standard-2.
      memoryMib: 5_102,
    },
  });
});

test("a Job on them may not be on a machine of Coder's, and its pods get in through the taint", async () => {
  const { folder, plan } = await made(true);
  await using api = new FakeKubernetes();
  const server = await api.start();
  const jobs = "/apis/batch/v1/namespaces/bench-load/jobs";
  api.mishaps.push({ match: `POST ${jobs}`, status: 403, body: { message: "no Jobs here" }, left: 1 });
  const opened: string[] = [];
  const workers = generatorWorkers(folder, {
    plan,
    openCluster: ({ cluster }) => ({
      open: () => {
        opened.push(cluster);
        return Promise.resolve(tokenAccess({ server, token: () => Promise.resolve("a-token") }));
      },
    }),
  });
  // Provision makes the cluster, so nobody may ask for it before there is work.
  expect(opened).toEqual([]);
  const task = loadTaskFor({ url: "http://10.0.0.7", token: "t" });
  await expect(workers.load(task, { signal, onEvent: () => undefined })).rejects.toThrow("no Jobs here");
  expect(opened).toEqual(["bench-gke"]);
  expect(api.bodies.get(`POST ${jobs}`)).toMatchObject({
    metadata: { namespace: "bench-load", labels: { "bench-run": plan.runId } },
    spec: {
      template: {
        spec: {
          nodeSelector: { "bench-role-load": "true" },
          tolerations: [{ key: "bench-role", operator: "Equal", value: "load", effect: "NoSchedule" }],
          affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{}] } },
        },
      },
    },
  });
});

test("before provision there is no cluster to ask, and the next step is named", async () => {
  const { folder, plan } = await made(false);
  await expect(generatorPlace(folder, plan)).rejects.toThrow(
    /has no cluster with a namespace for the load: run "refbench stage provision --run/,
  );
});

test("the environment and the conditions say on how many nodes the pods run", async () => {
  const cloud = {
    ...{ provider: "google" as const, endpoints: {}, emulated: false, stacks: "0", skippedChecks: [] },
    ...{ project: "p", region: "us-central1", zone: "us-central1-a", skippedCanary: false },
  };
  const { folder, plan } = await made(false, { rehearsal: undefined, cloud });
  expect(await readJson(folder.environment, environmentSchema)).toMatchObject({ generators: { nodes: 2 } });
  expect(plan.conditions).toContain(
    "generator: pods of a Job in Coder's cluster, on 2 separate nodes (n2-standard-2)",
  );
  const items = plan.cost?.estimate.items.map(({ what, quantity }) => ({ what, quantity }));
  expect(items).toContainEqual({ what: "n2-standard-2 for the load's pods", quantity: 2 });
});
