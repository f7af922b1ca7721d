import { expect, test } from "vitest";
import { clusterSource } from "../../../../harness/observation/kubernetes/cluster-source.ts";
import type { Reading } from "../../../../harness/observation/source.ts";
import { fakeClock } from "../../../support/fake-clock.ts";
import { FakeKubernetes } from "../../../support/fake-kubernetes.ts";
import { answer, observed, pod, summary } from "./seen-cluster.ts";

const signal = new AbortController().signal;
const throttledOf = ({ samples }: Reading) =>
  samples.find(({ series }) => series === "container.throttled")?.value;

/** Lines of a container's scheduler periods, as cAdvisor of Kubernetes 1.34 writes them. */
function periods(labels: string, all: number, throttled: number): string {
  return [
    `container_cpu_cfs_periods_total{${labels}} ${all} 1796068982172`,
    `container_cpu_cfs_throttled_periods_total{${labels}} ${throttled} 1796068982172`,
    "",
  ].join("\n");
}

const PODS = `container="",id="/kubepods/pod1",image="",name="",namespace="coder",pod="coder-1"`;
const BY_LABELS = `container="coder",id="/kubepods/pod1/x",image="i",name="n",namespace="coder",pod="coder-1"`;
const BY_ID = `container="",id="/kubepods.slice/cri-containerd-abc123.scope",image="",name="",namespace="",pod=""`;
const SIDECAR = `container="proxy",id="/kubepods/pod1/y",image="i",name="n",namespace="coder",pod="coder-1"`;
const THEIRS = `container="coder",id="/kubepods/pod2/z",image="i",name="n",namespace="tenant",pod="coder-1"`;

async function throttling(lines: (second: 0 | 1) => string, limits: object = { cpu: "1" }) {
  await using api = new FakeKubernetes();
  const clock = fakeClock();
  const source = clusterSource(await observed(api, clock));
  const own = { limits: limits as Record<string, string>, containerId: "containerd://abc123" };
  api.put("/api/v1", "coder", "pods", pod("coder-1", own));
  answer(api, "/proxy/stats", summary(0, []));
  answer(api, "/proxy/metrics/cadvisor", lines(0));
  const first = throttledOf(await source.read(signal));
  await clock.sleep(10_000);
  answer(api, "/proxy/metrics/cadvisor", lines(1));
  return { first, second: throttledOf(await source.read(signal)) };
}

test("throttling is the share of periods since the reading before, by the container's own cgroup", async () => {
  const { first, second } = await throttling((at) =>
    [
      periods(PODS, 100 + at * 100, 100),
      periods(BY_LABELS, 100 + at * 100, 50),
      periods(BY_ID, 1_000 + at * 100, 10 + at * 95),
      periods(SIDECAR, 1 + at * 100, 1),
      periods(THEIRS, 1 + at * 100, 1),
    ].join(""),
  );
  expect(first).toBeUndefined();
  expect(second).toBe(0.95);
});

test("without the container's cgroup its labels count, and without them the pod's", async () => {
  const labelled = (at: number) =>
    periods(PODS, 100 + at * 100, 50) + periods(BY_LABELS, 100 + at * 100, 50 + at * 30);
  expect((await throttling(labelled)).second).toBe(0.3);
  expect((await throttling((at) => periods(PODS, 100 + at * 100, 50 + at * 20))).second).toBe(0.2);
});

test("a container without a CPU limit has no throttling", async () => {
  const lines = (at: number) => periods(BY_ID, 100 + at * 100, 50 + at * 50);
  expect((await throttling(lines, {})).second).toBeUndefined();
});

test("a node's traffic is that of its cards, without bridges and pods' cables", async () => {
  await using api = new FakeKubernetes();
  const clock = fakeClock();
  const source = clusterSource(await observed(api, clock));
  api.put("/api/v1", "coder", "pods", pod("coder-1"));
  answer(api, "/proxy/stats", summary(0, []));
  const text = (bytes: number) =>
    ["eth0", "cni0", "veth12"]
      .map((name) => `container_network_receive_bytes_total{id="/",interface="${name}"} ${bytes}\n`)
      .join("");
  answer(api, "/proxy/metrics/cadvisor", text(1_000));
  await source.read(signal);
  await clock.sleep(10_000);
  answer(api, "/proxy/metrics/cadvisor", text(51_000));
  const { samples } = await source.read(signal);
  expect(samples).toContainEqual({ series: "node.received", of: "n1", value: 5_000 });
});

test("a large answer is asked for less often", async () => {
  await using api = new FakeKubernetes();
  const clock = fakeClock();
  const source = clusterSource(await observed(api, clock));
  api.put("/api/v1", "coder", "pods", pod("coder-1"));
  answer(api, "/proxy/stats", summary(0, []));
  answer(api, "/proxy/metrics/cadvisor", "x 1\n".repeat(1_000_000));
  for (let sample = 0; sample < 4; sample++) {
    await source.read(signal);
    await clock.sleep(5_000);
  }
  expect(api.requests.filter((line) => line.includes("cadvisor"))).toHaveLength(1);
});
