import { expect, test } from "vitest";
import { clusterSource } from "../../../../harness/observation/kubernetes/cluster-source.ts";
import type { Reading } from "../../../../harness/observation/source.ts";
import { fakeClock } from "../../../support/fake-clock.ts";
import { FakeKubernetes } from "../../../support/fake-kubernetes.ts";
import { answer, node, observed, pod, summary } from "./seen-cluster.ts";

const signal = new AbortController().signal;
const valuesOf = ({ samples }: Reading, of: string) =>
  Object.fromEntries(samples.filter((each) => each.of === of).map(({ series, value }) => [series, value]));

test("the CPU of a container is its mean since the sample before, by the kubelet's own time", async () => {
  await using api = new FakeKubernetes();
  const clock = fakeClock();
  const source = clusterSource(await observed(api, clock));
  const limits = { cpu: "1500m", memory: "2Gi" };
  api.put("/api/v1", "coder", "pods", pod("coder-1", { limits, restarts: 3 }));
  answer(api, "/nodes/n1/proxy/stats", summary(0, [{ pod: "coder-1", cpuSeconds: 10 }]));
  await source.read(signal);
  await clock.sleep(5_000);
  api.put("/api/v1", "coder", "pods", pod("coder-1", { limits, restarts: 4 }));
  answer(api, "/nodes/n1/proxy/stats", summary(4, [{ pod: "coder-1", cpuSeconds: 14 }], { cpuSeconds: 8 }));
  const reading = await source.read(signal);
  expect(valuesOf(reading, "coderd/coder-1")).toMatchObject({
    "container.cpu": 1,
    "container.cpu-limit": 1.5,
    "container.memory": 1e8,
    "container.memory-limit": 2 * 2 ** 30,
    "container.restarts": 1,
  });
  expect(valuesOf(reading, "n1")).toEqual({
    "node.cpu": 2,
    "node.cores": 4,
    "node.memory": 2e9,
    "node.memory-size": 16 * 2 ** 30,
    "node.pods": 1,
    "node.pods-limit": 110,
  });
  expect(reading.questions).toBeGreaterThanOrEqual(2);
  expect(reading.bytes).toBeGreaterThan(100);
});

test("a container that began again has no CPU until it is seen twice", async () => {
  await using api = new FakeKubernetes();
  const clock = fakeClock();
  const source = clusterSource(await observed(api, clock));
  api.put("/api/v1", "coder", "pods", pod("coder-1"));
  answer(api, "/proxy/stats", summary(0, [{ pod: "coder-1", cpuSeconds: 10 }]));
  await source.read(signal);
  await clock.sleep(5_000);
  answer(api, "/proxy/stats", summary(5, [{ pod: "coder-1", cpuSeconds: 1 }]));
  expect(valuesOf(await source.read(signal), "coderd/coder-1")).not.toHaveProperty("container.cpu");
});

test("workspaces are added up, and pods that are nothing of Coder's are not shown", async () => {
  await using api = new FakeKubernetes();
  const clock = fakeClock();
  const source = clusterSource(await observed(api, clock));
  api.put("/api/v1", "coder", "pods", pod("coder-1"));
  api.put("/api/v1", "coder", "pods", pod("tool", { labels: { "app.kubernetes.io/name": "tool" } }));
  api.put("/api/v1", "coder", "pods", pod("postgres-0", { labels: {}, container: "coder" }));
  const at = (second: number) =>
    summary(second, [
      { pod: "coder-1", cpuSeconds: second },
      { pod: "tool", cpuSeconds: second },
      { pod: "postgres-0", cpuSeconds: second / 2 },
      { pod: "w1", namespace: "workspaces", cpuSeconds: second / 4 },
      { pod: "w2", namespace: "workspaces", cpuSeconds: second / 4 },
      { pod: "theirs", namespace: "tenant", cpuSeconds: second },
    ]);
  answer(api, "/proxy/stats", at(0));
  await source.read(signal);
  answer(api, "/proxy/stats", at(10));
  const reading = await source.read(signal);
  const cpu = reading.samples.filter(({ series }) => series === "container.cpu");
  expect(Object.fromEntries(cpu.map(({ of, value }) => [of, value]))).toEqual({
    "coderd/coder-1": 1,
    "database/postgres-0": 0.5,
    "workspaces/all": 0.5,
  });
  expect(valuesOf(reading, "workspaces/all")["container.memory"]).toBe(2e8);
});

test("more pods of a role than twenty are added up", async () => {
  await using api = new FakeKubernetes();
  const source = clusterSource(await observed(api, fakeClock()));
  const labels = { "app.kubernetes.io/name": "coder-provisioner" };
  for (let index = 0; index < 21; index++)
    api.put("/api/v1", "coder", "pods", pod(`p${index}`, { labels, limits: { cpu: "1", memory: "1Gi" } }));
  answer(api, "/proxy/stats", summary(0, []));
  const { samples } = await source.read(signal);
  expect(samples.filter(({ series }) => series === "container.cpu-limit")).toEqual([
    { series: "container.cpu-limit", of: "provisioner/all", value: 21 },
  ]);
});

test("a kubelet that may not be asked is named with the right that is missing, and the others are read", async () => {
  await using api = new FakeKubernetes();
  const source = clusterSource(await observed(api, fakeClock()));
  api.put("/api/v1", undefined, "nodes", node("n2"));
  api.put("/api/v1", "coder", "pods", pod("coder-1", { node: "n2" }));
  answer(api, "/nodes/n1/proxy", { message: 'User "ada" cannot get resource "nodes/proxy"' }, 403);
  answer(api, "/nodes/n2/proxy", summary(0, [{ pod: "coder-1", cpuSeconds: 1 }]));
  const reading = await source.read(signal);
  expect(valuesOf(reading, "coderd/coder-1")).toHaveProperty("container.memory");
  expect(reading.unseen).toContainEqual({
    what: "containers and use of node n1",
    why: "not granted: it needs the verb get on nodes/proxy",
  });
});

test("pressure is a share of the last seconds, and absent where a kubelet reports zeros", async () => {
  await using api = new FakeKubernetes();
  const source = clusterSource(await observed(api, fakeClock()));
  const psi = (total: number) => ({ some: { total, avg10: 12.5 }, full: { total: 0, avg10: 0 } });
  answer(api, "/proxy/stats", summary(0, [], { psi: psi(17) }));
  expect(valuesOf(await source.read(signal), "n1")).toMatchObject({ "node.cpu-pressure": 0.125 });
  answer(api, "/proxy/stats", summary(5, [], { psi: psi(0) }));
  expect(valuesOf(await source.read(signal), "n1")).not.toHaveProperty("node.cpu-pressure");
});
