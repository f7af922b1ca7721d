import { expect, test } from "vitest";
import { generatorPods } from "../../../../harness/composition/preflight/ask-kubernetes.ts";
import { resolveSize } from "../../../../reference-architectures/catalogue.ts";
import { loadPodNeeds, ownPodMemory, planPods } from "../../../../harness/workload/pods/pod-needs.ts";
import { loadTaskFor } from "../../../support/command/load-task.ts";

test.each([
  ["canary", {}],
  ["100", {}],
  ["1200", {}],
  ["1200", { "connections.total": 40_000, "connections.sshShare": 0.3 }],
  ["100", { "generatorPod.memoryMib": 1_024 }],
])(
  "size %s with %j has as many pods as preflight counts, and each of them fits into its size's pod",
  (name, set) => {
    const size = resolveSize("kubernetes", name, set);
    const { users, workspaces, concurrency, cleanupConcurrency, connections, generatorPod } = size.figures;
    for (const tls of [true, false]) {
      const url = `${tls ? "https" : "http"}://coder.example.com`;
      const task = loadTaskFor(
        { url, token: "t" },
        {
          ...{ users, workspaces, concurrency, cleanupConcurrency, connections },
          deployment: { url, ssh: "stdio" },
        },
      );
      const { parts } = planPods(task, ownPodMemory(size.figures));
      expect(generatorPods({ size, tls })).toBe(parts);
      expect(loadPodNeeds(task, parts).memoryMib).toBeLessThanOrEqual(generatorPod!.memoryMib);
    }
  },
);

test("the largest size needs several pods", () => {
  expect(generatorPods({ size: resolveSize("kubernetes", "1200"), tls: true })).toBeGreaterThan(1);
});
