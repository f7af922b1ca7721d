import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import { expect, test } from "vitest";
import { OBSERVING_RIGHTS, RIGHTS } from "../../../../../harness/inventory/preflight/kubernetes/rights.ts";

test.each([
  ["refbench", RIGHTS],
  ["refbench-observe", OBSERVING_RIGHTS],
])("the ClusterRole %s of the documentation grants exactly what preflight asks for", async (name, rights) => {
  const page = await readFile("docs/own-cluster.md", "utf8");
  const roles = [...page.matchAll(/```yaml\n(apiVersion[\s\S]*?)```/g)].map(
    ([, yaml = ""]) => parse(yaml) as { kind: string; metadata: { name: string }; rules: unknown },
  );
  const role = roles.find(({ metadata }) => metadata.name === name);
  expect(role?.kind).toBe("ClusterRole");
  expect(role?.rules).toEqual(
    rights.map(({ group, resources, verbs }) => ({ apiGroups: [group], resources, verbs })),
  );
});
