import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import {
  googleSource,
  otherInClusters,
} from "../../../../harness/inventory/preflight/google/credential-source.ts";
import { ambientProjects } from "../../../../harness/inventory/preflight/google/context.ts";

/** A home with a credential of this type in the given file. */
async function home(type: string, file: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "refbench-google-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, file), JSON.stringify({ type, private_key: "planted" }));
  return folder;
}

test("a token in the environment comes before everything else", async () => {
  const env = { GOOGLE_OAUTH_ACCESS_TOKEN: "t", GOOGLE_CREDENTIALS: "/nowhere" };
  expect(await googleSource(env)).toEqual({ kind: "token" });
});

test.each([
  ["service_account", /key$/],
  ["authorized_user", /sign-in.*organisation/],
  ["external_account", /federated.*until the job ends/],
  ["impersonated_service_account", /impersonated/],
  ["something_else", /unknown kind/],
])("a credential of type %s renews itself within its limits, and is not reported", async (type, words) => {
  const folder = await home(type, "key.json");
  const source = await googleSource({ GOOGLE_APPLICATION_CREDENTIALS: join(folder, "key.json") });
  if (source.kind === "token") throw new Error("a file is no token");
  expect(`${source.from} ${source.limit ?? ""}`.trim()).toMatch(words);
  expect(JSON.stringify(source)).not.toContain("planted");
});

test("a key in the variable itself, the sign-in of gcloud, and a machine's own account are found", async () => {
  const key = JSON.stringify({ type: "service_account" });
  expect(await googleSource({ GOOGLE_CREDENTIALS: key })).toMatchObject({ from: "a service account's key" });
  const folder = await home("authorized_user", "application_default_credentials.json");
  expect(await googleSource({ CLOUDSDK_CONFIG: folder })).toMatchObject({ from: "a user's sign-in" });
  expect(await googleSource({ HOME: "/nonexistent" })).toMatchObject({
    from: "the machine's service account",
  });
});

test("a credential that only Terraform reads is named by its variable", () => {
  expect(otherInClusters({ GOOGLE_CREDENTIALS: "/key.json" })).toBe("GOOGLE_CREDENTIALS");
  expect(
    otherInClusters({ GOOGLE_APPLICATION_CREDENTIALS: "/key.json", GOOGLE_CREDENTIALS: "" }),
  ).toBeUndefined();
});

test("the projects that Terraform's provider would take are named by variable", () => {
  const env = { GOOGLE_PROJECT: "a", GCLOUD_PROJECT: "", CLOUDSDK_CORE_PROJECT: "b", OTHER_PROJECT: "c" };
  expect(ambientProjects(env)).toEqual({ GOOGLE_PROJECT: "a", CLOUDSDK_CORE_PROJECT: "b" });
});
