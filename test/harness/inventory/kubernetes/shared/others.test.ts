import { expect, test } from "vitest";
import { tokenAccess } from "../../../../../harness/kubernetes/access.ts";
import { kubernetesApi } from "../../../../../harness/kubernetes/api.ts";
import { lookAtOthers } from "../../../../../harness/inventory/kubernetes/shared/others.ts";
import { parseQuantity } from "../../../../../harness/kubernetes/quantity.ts";
import { nodeWords, othersWords } from "../../../../../harness/model/record/shared-cluster.ts";
import { fakeClock } from "../../../../support/fake-clock.ts";
import { FakeKubernetes } from "../../../../support/fake-kubernetes.ts";
import { node, podOn } from "../../preflight/kubernetes/ready-cluster.ts";

const RUN = "01kb3v9x2m7q8r5t6w4y1z0abc";
const signal = new AbortController().signal;

async function look(
  spoil: (api: FakeKubernetes) => void,
): Promise<Awaited<ReturnType<ReturnType<typeof lookAtOthers>>>> {
  await using api = new FakeKubernetes();
  const access = tokenAccess({ server: await api.start(), token: () => Promise.resolve("a-token") });
  api.put("/api/v1", undefined, "nodes", node("n1"));
  spoil(api);
  return await lookAtOthers({ call: kubernetesApi(access, fakeClock()), runId: RUN, nodeSelector: {} })(
    signal,
  );
}

test("other pods' requests are told by node, without the run's own", async () => {
  const sight = await look((api) => {
    api.put("/api/v1", "tenant", "pods", podOn("n1", "db", { cpu: "1500m", memory: "2Gi" }));
    api.put("/api/v1", "kube-system", "pods", podOn("n1", "dns", { cpu: "0.1", memory: "64Mi" }));
    api.put("/api/v1", "bench-5t6w4y1z0abc-coder", "pods", podOn("n1", "coder", { cpu: "2" }));
    api.put("/api/v1", "bench-5t6w4y1z0xyz-coder", "pods", podOn("n1", "another-run", { cpu: "200m" }));
  });
  expect(sight).toMatchObject({
    state: "read",
    others: [{ node: "n1", pods: 3, cpuMillis: 1_800, memoryMib: 2_112 }],
    nodes: [{ cpu: "unknown", cpuMillis: 4_000, memoryMib: 16_384, kubelet: "v1.34.4" }],
    useUnseen: "the cluster has no metrics.k8s.io",
  });
});

test("a node with a pod of the run's Coder is marked, not one with another's or with the run's Postgres", async () => {
  const labelled = (node: string, name: string) => {
    const pod = podOn(node, name, {});
    const labels = { "app.kubernetes.io/name": name === "postgres" ? "postgres" : "coder" };
    return { ...pod, metadata: { ...pod.metadata, labels } };
  };
  const sight = await look((api) => {
    for (const name of ["n2", "n3"]) api.put("/api/v1", undefined, "nodes", node(name));
    api.put("/api/v1", "bench-5t6w4y1z0abc-coder", "pods", labelled("n1", "coder"));
    api.put("/api/v1", "bench-5t6w4y1z0abc-coder", "pods", labelled("n2", "postgres"));
    api.put("/api/v1", "tenant", "pods", labelled("n3", "theirs"));
  });
  expect(sight).toMatchObject({
    others: [
      { node: "n1", coder: true },
      { node: "n2", coder: false },
      { node: "n3", coder: false },
    ],
  });
});

test("use is told where the cluster measures it", async () => {
  const sight = await look((api) => {
    api.kinds["/apis/metrics.k8s.io/v1beta1"] = [{ name: "nodes", kind: "NodeMetrics", namespaced: false }];
    const usage = { usage: { cpu: "250000000n", memory: "1Gi" } };
    api.put("/apis/metrics.k8s.io/v1beta1", undefined, "nodes", { metadata: { name: "n1" }, ...usage });
  });
  expect(sight).toMatchObject({ others: [{ used: { cpuMillis: 250, memoryMib: 1_024 } }] });
});

test("a refused look is a reason, not an empty cluster", async () => {
  const sight = await look((api) => {
    api.mishaps.push({ match: "/api/v1/pods?", status: 403, body: { message: "forbidden" }, left: 1 });
  });
  expect(sight).toEqual({ state: "failed", reason: "list pods: denied: forbidden (403)" });
});

test("nodes and what else ran there read as sentences", () => {
  const one = { name: "n1", cpu: "AMD EPYC 9B14", cpuMillis: 4_000, memoryMib: 16_384 };
  const about = { kubelet: "v1.34.4", runtime: "containerd://1.7", kernel: "6.1" };
  const nodes = [
    { ...one, ...about },
    { ...one, ...about, name: "n2" },
  ];
  expect(nodeWords(nodes)).toBe("2 × AMD EPYC 9B14, 4000m CPU, 16384 MiB");
  const others = [{ node: "n1", pods: 3, cpuMillis: 500, memoryMib: 100 }];
  const looks = [
    { at: "2026-11-30T10:00:00Z", when: "before the load" as const, others, useUnseen: "no metrics" },
  ];
  expect(othersWords({ nodes, looks, problems: ["after the load: denied"] })).toEqual([
    "cluster, before the load: others request 500m CPU and 100 MiB in 3 pods; their use was not seen: no metrics",
    "cluster: what else runs on it is not known after the load: denied",
  ]);
});

test.each([
  ["2", 2],
  ["500m", 0.5],
  ["1e3", 1_000],
  ["64Ki", 65_536],
  ["1.5Gi", 1.5 * 2 ** 30],
  ["100n", 1e-7],
  ["12E", 12e18],
])("the quantity %s", (text, value) => {
  expect(parseQuantity(text)).toBeCloseTo(value, 12);
});

test.each(["", "x", "1 Gi", "Gi", "1KiB"])("%j is not a quantity", (text) => {
  expect(parseQuantity(text)).toBeUndefined();
});
