import { expect, test } from "vitest";
import { othersFitTheNodes } from "../../../../harness/results/self-audit/record.ts";
import type { OthersOnNode, SharedCluster } from "../../../../harness/model/record/shared-cluster.ts";
import type { RunRecord } from "../../../../harness/model/record/record.ts";

const NODE = {
  ...{ name: "n1", cpu: "AMD EPYC", cpuMillis: 4_000, memoryMib: 16_000 },
  ...{ kubelet: "v1.34.4", runtime: "containerd://1.7", kernel: "6.1" },
};

function broken(other: Partial<OthersOnNode>): readonly unknown[] {
  const others = [{ node: "n1", pods: 3, cpuMillis: 1_000, memoryMib: 2_000, ...other }];
  const looks: SharedCluster["looks"] = [{ at: "2026-11-30T10:00:00Z", when: "before the load", others }];
  const sharedCluster: SharedCluster = { nodes: [NODE], looks, problems: [] };
  return othersFitTheNodes.check({ sharedCluster } as unknown as RunRecord).filter(Boolean);
}

test("what other pods request fits on their node, and needs a pod", () => {
  expect(broken({})).toEqual([]);
  expect(broken({ cpuMillis: 5_000 })).toEqual([
    "CPU of others on n1 before the load is 5000, more than what it can allocate, which is 4000",
  ]);
  expect(broken({ memoryMib: 17_000 })).toHaveLength(1);
  expect(broken({ pods: 0 })).toHaveLength(1);
  expect(broken({ node: "a node that has gone since", cpuMillis: 9_000 })).toEqual([]);
});
