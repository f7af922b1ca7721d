import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { GOOGLE_KINDS } from "../../../harness/inventory/google/kinds.ts";
import { KINDS_INSIDE_OTHERS, LISTED_KINDS, unlistedKinds } from "../../../harness/inventory/listed-kinds.ts";
import { KINDS_ALSO_MADE_BY_OTHERS } from "../../../harness/model/kinds-also-made-by-others.ts";
import { UNLABELLED } from "../../../stacks/unlabelled.ts";

const ROOT = resolve(import.meta.dirname, "../../..");

/** Every file below a folder of the project, with its text. */
function filesIn(folder: string, extension: string): readonly { path: string; text: string }[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(extension))
    .map((name) => ({ path: join(folder, name), text: readFileSync(join(ROOT, folder, name), "utf8") }));
}

/** Terraform's words for what the stacks can make, read from what they import. */
function kindsOfStacks(): readonly string[] {
  return filesIn("stacks", ".ts").flatMap(({ text }) => [
    ...[...text.matchAll(/@cdktf\/provider-([a-z]+)\/lib\/([a-z0-9-]+)\/index\.js/g)]
      .filter(([, , folder]) => folder !== "provider" && !folder!.startsWith("data-"))
      .map(([, provider, folder]) => `${provider!}_${folder!.replaceAll("-", "_")}`),
    ...[...text.matchAll(/terraformResourceType:\s*"([a-z0-9_]+)"/g)].map(([, kind]) => kind!),
  ]);
}

/** The kinds that the workspace templates make, read from their HCL. */
function kindsOfTemplates(): readonly string[] {
  return filesIn("reference-architectures", ".tf").flatMap(({ text }) =>
    [...text.matchAll(/^\s*resource\s+"([a-z0-9_]+)"/gm)].map(([, kind]) => kind!),
  );
}

test("every kind that a stack can make has a list call, or is part of something that has one", () => {
  const kinds = kindsOfStacks();
  expect(kinds).toEqual(
    expect.arrayContaining(["google_compute_network", "helm_release", "kubernetes_secret_v1"]),
  );
  expect(unlistedKinds(kinds)).toEqual([]);
});

test("every kind that a workspace template can make has a list call, or is part of something that has one", () => {
  const kinds = kindsOfTemplates();
  expect(kinds).toContain("kubernetes_persistent_volume_claim_v1");
  expect(unlistedKinds(kinds)).toEqual([]);
});

test("every kind that a controller can make has a separate list call", () => {
  const kinds = Object.keys(KINDS_ALSO_MADE_BY_OTHERS);
  expect(kinds.filter((kind) => !LISTED_KINDS.has(kind))).toEqual([]);
});

test("every kind that can carry no labels has a list call, or is part of something that has one", () => {
  expect(unlistedKinds(Object.keys(UNLABELLED))).toEqual([]);
});

test("a kind without a list call is named", () => {
  expect(unlistedKinds(["google_compute_network", "google_pubsub_topic", "google_pubsub_topic"])).toEqual([
    "google_pubsub_topic",
  ]);
});

test("a kind that is part of others has no separate list call, and each of the others has one", () => {
  const entries = Object.entries(KINDS_INSIDE_OTHERS);
  expect(entries.filter(([kind]) => LISTED_KINDS.has(kind))).toEqual([]);
  expect(entries.filter(([, parents]) => !parents.every((parent) => LISTED_KINDS.has(parent)))).toEqual([]);
});

test("no kind is listed twice: each would be counted as two", () => {
  expect(GOOGLE_KINDS).toHaveLength(new Set(GOOGLE_KINDS).size);
});
