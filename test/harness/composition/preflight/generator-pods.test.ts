import { expect, test } from "vitest";
import { generatorPods } from "../../../../harness/composition/preflight/ask-kubernetes.ts";
import { resolveSize } from "../../../../reference-architectures/catalogue.ts";
import { planPods } from "../../../../harness/workload/pods/pod-needs.ts";
import { loadTaskFor } from "../../../support/command/load-task.ts";

test.each(["canary", "100", "1200"])(
  "a preflight of size %s counts as many pods of the Job as its load is split into",
  (name) => {
    const size = resolveSize("kubernetes", name);
    const { users, workspaces, concurrency, cleanupConcurrency, connections } = size.figures;
    for (const tls of [true, false]) {
      const url = `${tls ? "https" : "http"}://coder.example.com`;
      const task = loadTaskFor(
        { url, token: "t" },
        {
          ...{ users, workspaces, concurrency, cleanupConcurrency, connections },
          deployment: { url, ssh: "stdio" },
        },
      );
      expect(generatorPods({ size, tls })).toBe(planPods(task).parts);
    }
  },
);

test("the largest size needs several pods", () => {
  expect(generatorPods({ size: resolveSize("kubernetes", "1200"), tls: true })).toBeGreaterThan(1);
});
