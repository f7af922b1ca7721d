import { expect, test } from "vitest";
import type { ClusterNode, NodesAnswer } from "../../../../harness/model/ports/cluster.ts";
import { nodesCondition } from "../../../../harness/pipeline/stages/node-changes.ts";

const seen = (...nodes: ClusterNode[]): NodesAnswer => ({ state: "seen", nodes });
const node = (name: string, uid = "1", cpuPlatform = "Intel Ice Lake"): ClusterNode => ({
  name,
  uid,
  cpuPlatform,
});

test("nodes that are the same before and after a load change nothing of its meaning", () => {
  expect(nodesCondition(seen(node("a"), node("b")), seen(node("b"), node("a")))).toBeUndefined();
});

test("a node that is another machine, is gone, is new or has another processor is a condition", () => {
  const condition = (after: NodesAnswer): string | undefined =>
    nodesCondition(seen(node("a"), node("b")), after);
  expect(condition(seen(node("a", "2"), node("b")))).toMatch(/\(2 before\): 1 replaced \(a\)$/);
  expect(condition(seen(node("a")))).toMatch(/1 gone \(b\)$/);
  expect(condition(seen(node("a"), node("b"), node("c")))).toMatch(/1 new \(c\)$/);
  expect(condition(seen(node("a"), node("b", "1", "Intel Cascade Lake")))).toMatch(
    /1 on another processor \(b\)$/,
  );
});

test("a few of many changed nodes are named", () => {
  const all = ["a", "b", "c", "d", "e"];
  expect(nodesCondition(seen(...all.map((name) => node(name))), seen())).toMatch(
    /5 gone \(a, b, c and 2 more\)$/,
  );
});

test("a failed list of the nodes is reported", () => {
  expect(nodesCondition(seen(node("a")), { state: "unknown", reason: "403" })).toBe(
    "nodes: not compared before and after the load: 403",
  );
});
