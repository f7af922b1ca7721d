import { expect, test } from "vitest";
import type { CallKubernetes, KubernetesAnswer } from "../../../../harness/kubernetes/api.ts";
import { canStayApart, findCoderNodes } from "../../../../harness/workload/pods/coder-nodes.ts";

const signal = new AbortController().signal;
const denied: KubernetesAnswer = { state: "denied", reason: "forbidden (403)" };

function cluster(pods: KubernetesAnswer | readonly object[], nodes: KubernetesAnswer | readonly object[]) {
  const asked: string[] = [];
  const answer = (found: KubernetesAnswer | readonly object[]): KubernetesAnswer =>
    "state" in found ? found : { state: "ok", body: { items: found } };
  const call: CallKubernetes = (_method, path) => {
    asked.push(path);
    return Promise.resolve(answer(path.startsWith("/api/v1/pods") ? pods : nodes));
  };
  return { call, asked };
}

const coderOn = (nodeName: string, more: object = {}) => ({
  metadata: { name: `coder-${nodeName}`, uid: nodeName },
  spec: { nodeName },
  ...more,
});
const node = (name: string, spec: object = {}, labels: object = {}) => ({ metadata: { name, labels }, spec });

test("Coder's nodes are those of its pods that run, and are not known where nobody may ask", async () => {
  const pods = [coderOn("a"), coderOn("b"), coderOn("old", { status: { phase: "Failed" } })];
  const one = cluster(pods, []);
  expect([...((await findCoderNodes(one, signal)) ?? [])].sort()).toEqual(["a", "b"]);
  expect(one.asked[0]).toContain(encodeURIComponent("app.kubernetes.io/name=coder"));
  expect(await findCoderNodes(cluster(denied, []), signal)).toBeUndefined();
});

test.each([
  ["another node takes pods", [node("a"), node("b")], {}, true],
  ["Coder is on all of them", [node("a")], {}, false],
  ["the other one is cordoned", [node("a"), node("b", { unschedulable: true })], {}, false],
  ["the other one has a taint", [node("a"), node("b", { taints: [{ effect: "NoSchedule" }] })], {}, false],
  [
    "the other one's taint is a wish",
    [node("a"), node("b", { taints: [{ effect: "PreferNoSchedule" }] })],
    {},
    true,
  ],
  ["the other one is not selected", [node("a"), node("b")], { pool: "bench" }, false],
  ["the other one is selected", [node("a"), node("b", {}, { pool: "bench" })], { pool: "bench" }, true],
  ["nobody may list nodes", denied, {}, false],
] as const)("whether pods must stay off Coder's nodes where %s", async (_name, nodes, selector, is) => {
  expect(await canStayApart(cluster([coderOn("a")], nodes), selector, signal)).toBe(is);
});

test("pods need not stay off nodes that are not known to be Coder's", async () => {
  expect(await canStayApart(cluster(denied, [node("b")]), {}, signal)).toBe(false);
  expect(await canStayApart(cluster([], [node("b")]), {}, signal)).toBe(false);
});
