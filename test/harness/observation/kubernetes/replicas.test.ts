import { expect, test } from "vitest";
import { clusterSource } from "../../../../harness/observation/kubernetes/cluster-source.ts";
import type { Reading } from "../../../../harness/observation/source.ts";
import { fakeClock } from "../../../support/fake-clock.ts";
import { FakeKubernetes } from "../../../support/fake-kubernetes.ts";
import { answer, observed, pod, summary } from "./seen-cluster.ts";

const signal = new AbortController().signal;
const valueOf = ({ samples }: Reading, series: string, of: string) =>
  samples.find((each) => each.series === series && each.of === of)?.value;
const metrics = (cpuSeconds: number) =>
  `# TYPE process_cpu_seconds_total counter\nprocess_cpu_seconds_total ${cpuSeconds}\ngo_goroutines 120\n`;
const SERVES = { CODER_PROMETHEUS_ENABLE: "true", CODER_PROMETHEUS_ADDRESS: "0.0.0.0:2112" };

test("Terraform's CPU is that of the container without the coderd process, and never below zero", async () => {
  await using api = new FakeKubernetes();
  const clock = fakeClock();
  const source = clusterSource(await observed(api, clock));
  api.put("/api/v1", "coder", "pods", pod("coder-1", { env: SERVES }));
  const at = (second: number, ofContainer: number, ofProcess: number) => {
    answer(api, "/proxy/stats", summary(second, [{ pod: "coder-1", cpuSeconds: ofContainer }]));
    answer(api, "/pods/coder-1:2112/proxy/metrics", metrics(ofProcess));
  };
  at(0, 100, 50);
  expect(valueOf(await source.read(signal), "terraform.cpu", "coder-1")).toBeUndefined();
  await clock.sleep(5_000);
  at(5, 110, 52.5);
  const second = await source.read(signal);
  expect(valueOf(second, "coderd.cpu", "coder-1")).toBe(0.5);
  expect(valueOf(second, "coderd.goroutines", "coder-1")).toBe(120);
  expect(valueOf(second, "terraform.cpu", "coder-1")).toBe(1.5);
  await clock.sleep(5_000);
  at(10, 111, 55);
  expect(valueOf(await source.read(signal), "terraform.cpu", "coder-1")).toBe(0);
});

test("a replica that comes is read from then on, and one that goes is no longer asked", async () => {
  await using api = new FakeKubernetes();
  const clock = fakeClock();
  const source = clusterSource(await observed(api, clock));
  answer(api, "/proxy/stats", summary(0, []));
  answer(api, "/proxy/metrics", metrics(1));
  api.put("/api/v1", "coder", "pods", pod("coder-1", { env: SERVES }));
  await source.read(signal);
  api.objects.delete("/api/v1/namespaces/coder/pods/coder-1");
  api.put("/api/v1", "coder", "pods", pod("coder-2", { env: SERVES }));
  await clock.sleep(5_000);
  const { samples } = await source.read(signal);
  expect(samples.filter(({ series }) => series === "coderd.goroutines").map(({ of }) => of)).toEqual([
    "coder-2",
  ]);
});

test.each([
  ["are off", {}],
  ["are for the pod itself only", { CODER_PROMETHEUS_ENABLE: "true" }],
  ["are for the pod itself only", { ...SERVES, CODER_PROMETHEUS_ADDRESS: "127.0.0.1:2112" }],
])("a replica whose metrics %s is not asked, and the settings are named", async (_why, env) => {
  await using api = new FakeKubernetes();
  const source = clusterSource(await observed(api, fakeClock()));
  answer(api, "/proxy/stats", summary(0, []));
  api.put("/api/v1", "coder", "pods", pod("coder-1", { env }));
  const { unseen } = await source.read(signal);
  expect(unseen).toContainEqual({
    what: "metrics of coder-1",
    why: expect.stringContaining("set CODER_PROMETHEUS_ENABLE=true") as string,
  });
  expect(api.requests.filter((line) => line.includes("/proxy/metrics "))).toEqual([]);
});

test("an answer that is a page is no metrics", async () => {
  await using api = new FakeKubernetes();
  const source = clusterSource(await observed(api, fakeClock()));
  answer(api, "/proxy/stats", summary(0, []));
  answer(api, "/proxy/metrics", "<html><body>sign in</body></html>");
  api.put("/api/v1", "coder", "pods", pod("coder-1", { env: SERVES }));
  const { unseen } = await source.read(signal);
  expect(unseen).toContainEqual({
    what: "metrics of coder-1",
    why: "the answer is not in Prometheus' text format",
  });
});
