import { expect, test } from "vitest";
import { tokenAccess } from "../../../../../harness/kubernetes/access.ts";
import { kubernetesApi } from "../../../../../harness/kubernetes/api.ts";
import { podTroubles } from "../../../../../harness/inventory/kubernetes/shared/pod-troubles.ts";
import { fakeClock } from "../../../../support/fake-clock.ts";
import { FakeKubernetes } from "../../../../support/fake-kubernetes.ts";

const NAMESPACE = "bench-5t6w4y1z0abc-coder";

test("pods without an image or a node are found, and what a policy refused, in the cluster's words", async () => {
  await using api = new FakeKubernetes();
  const access = tokenAccess({ server: await api.start(), token: () => Promise.resolve("a-token") });
  api.kinds["/api/v1"] = [...api.kinds["/api/v1"]!, { name: "events", kind: "Event", namespaced: true }];
  const containers = (reason: string): object => ({
    containerStatuses: [{ image: "lab/coder:9", state: { waiting: { reason, message: "not found" } } }],
  });
  api.put("/api/v1", NAMESPACE, "pods", {
    metadata: { name: "pulls" },
    status: { ...containers("ErrImagePull") },
  });
  api.put("/api/v1", NAMESPACE, "pods", {
    metadata: { name: "starts" },
    status: { ...containers("ContainerCreating") },
  });
  api.put("/api/v1", NAMESPACE, "pods", {
    metadata: { name: "waits" },
    status: {
      conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message: "0/1 nodes" }],
    },
  });
  api.put("/api/v1", NAMESPACE, "events", {
    metadata: { name: "e1" },
    involvedObject: { kind: "StatefulSet", name: "postgres" },
    reason: "FailedCreate",
    message: "pods is forbidden: exceeded quota",
  } as never);
  api.put("/api/v1", "tenant", "pods", {
    metadata: { name: "theirs" },
    status: { ...containers("ErrImagePull") },
  });
  api.put("/apis/apps/v1", NAMESPACE, "deployments", { metadata: { name: "coder" } });
  const signal = new AbortController().signal;
  const pods = podTroubles(kubernetesApi(access, fakeClock()), [NAMESPACE]);
  const troubles = await pods.find(signal);
  expect(troubles.map(({ kind, words }) => [kind, words])).toEqual([
    ["image", "pod pulls cannot have the image lab/coder:9: not found"],
    ["unschedulable", "pod waits finds no node: 0/1 nodes"],
    ["refused", "StatefulSet postgres: pods is forbidden: exceeded quota"],
  ]);
  await pods.stopWaiting(signal);
  expect(api.requests.filter((line) => line.startsWith("DELETE"))).toEqual([
    `DELETE /apis/apps/v1/namespaces/${NAMESPACE}/deployments/coder`,
  ]);
});
