import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import { expect, test } from "vitest";
import { RIGHTS } from "../../../../../harness/inventory/preflight/kubernetes/rights.ts";

test("the ClusterRole of the documentation grants exactly what preflight asks for", async () => {
  const page = await readFile("docs/own-cluster.md", "utf8");
  const [, yaml = ""] = /```yaml\n(apiVersion[\s\S]*?)```/.exec(page) ?? [];
  const { kind, rules } = parse(yaml) as { kind: string; rules: unknown };
  expect(kind).toBe("ClusterRole");
  expect(rules).toEqual(
    RIGHTS.map(({ group, resources, verbs }) => ({ apiGroups: [group], resources, verbs })),
  );
});
