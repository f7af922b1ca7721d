import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { stacksDigest } from "../../../../harness/composition/settings/stacks-digest.ts";

const ROOT = join(import.meta.dirname, "../../../..");
const PARTS = [
  "package.json",
  "reference-architectures/artefacts",
  "reference-architectures/templates/docker",
  "reference-architectures/templates/kubernetes",
  "stacks",
];

let project: string;

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), "refbench-digest-"));
  for (const part of PARTS) {
    await mkdir(dirname(join(project, part)), { recursive: true });
    await cp(join(ROOT, part), join(project, part), { recursive: true });
  }
});

afterAll(() => rm(project, { recursive: true }));

test("an installation in another folder has the same digest", async () => {
  expect(await stacksDigest("gke", project)).toBe(await stacksDigest("gke"));
});

test.each([
  ["a stack", "stacks/labels.ts", "\n"],
  ["a startup script", "stacks/startup/runner.sh", "\n"],
  ["the template", "reference-architectures/templates/kubernetes/main.tf", "\n"],
  ["the image of machines", "reference-architectures/artefacts/machine-image.ts", "\n"],
  ["the version of a provider's bindings", "package.json", ["@cdktf/provider-google", "99.0.0"]],
  ["the version of cdktf", "package.json", ["cdktf", "99.0.0"]],
] as const)("%s changes it", async (_, path, change) => {
  const before = await stacksDigest("gke", project);
  const file = join(project, path);
  const text = await readFile(file, "utf8");
  const changed =
    typeof change === "string"
      ? text + change
      : text.replace(new RegExp(`"${change[0]}": "[^"]+"`), `"${change[0]}": "${change[1]}"`);
  expect(changed).not.toBe(text);
  await writeFile(file, changed);
  expect(await stacksDigest("gke", project)).not.toBe(before);
  await writeFile(file, text);
  expect(await stacksDigest("gke", project)).toBe(before);
});

test("another architecture's template does not", async () => {
  const before = await stacksDigest("gke", project);
  await writeFile(join(project, "reference-architectures/templates/docker/main.tf"), "");
  expect(await stacksDigest("gke", project)).toBe(before);
});
