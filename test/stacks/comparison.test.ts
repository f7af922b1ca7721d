import { beforeAll, expect, test } from "vitest";
import { type Synthesis, synthesize, type TerraformJson } from "./synthesize.ts";

let plain: Synthesis;
let baseline: Synthesis;
let candidate: Synthesis;
beforeAll(async () => {
  [plain, baseline, candidate] = await Promise.all([
    synthesize(),
    synthesize({ comparison: { release: "baseline", installation: 0 }, coderVersion: "2.30.0" }),
    synthesize({ comparison: { release: "candidate", installation: 1 }, coderVersion: "2.31.0" }),
  ]);
});

function only({ resources }: Synthesis, type: string): TerraformJson {
  return resources.find((resource) => resource.type === type)?.attributes;
}

test("the switch of a release changes the release and its secret, and nothing below them", () => {
  const differing = baseline.resources
    .filter(
      ({ id, attributes }) =>
        JSON.stringify(attributes) !==
        JSON.stringify(candidate.resources.find((one) => one.id === id)?.attributes),
    )
    .map(({ type }) => type);
  expect(differing.sort()).toEqual(["helm_release", "kubernetes_secret_v1"]);
  expect(baseline.resources).toHaveLength(candidate.resources.length);
  expect(only(candidate, "helm_release").version).toBe("2.31.0");
});

test("each version has a separate database, which the secret's new revision makes its pods use", () => {
  const databases = (synthesis: Synthesis): string[] =>
    synthesis.resources
      .filter(({ type }) => type === "google_sql_database")
      .map(({ attributes }) => (attributes as { name: string }).name)
      .sort();
  expect(databases(plain)).toEqual(["coder"]);
  expect(databases(baseline)).toEqual(["coder", "coder_candidate"]);
  const secrets = [baseline, candidate].map((synthesis) => only(synthesis, "kubernetes_secret_v1"));
  expect(secrets.map((secret: TerraformJson) => secret.data_wo_revision)).toEqual([1, 2]);
  expect(secrets[0]?.data_wo.url).toContain(":5432/coder?sslmode");
  expect(secrets[1]?.data_wo.url).toContain(":5432/coder_candidate?sslmode");
});

test("a version is uninstalled before the other is installed, since an upgrade's pods would wait for full nodes", () => {
  const names = [plain, baseline, candidate].map(
    (synthesis) => only(synthesis, "helm_release").name as string,
  );
  expect(names[0]).toBe(names[1]);
  expect(names[2]).not.toBe(names[1]);
  expect(names[2]!.length).toBeLessThanOrEqual(53);
});
