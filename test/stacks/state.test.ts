import { rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { environmentSchema } from "../../stacks/environment.ts";
import { stackOf } from "../harness/terraform/stack.ts";
import { RUN, synthesize, type Synthesis, type TerraformJson } from "./synthesize.ts";

/** The backend of each stack, and what the second reads of the first. */
function statesOf({ stacks }: Synthesis): {
  readonly backends: TerraformJson;
  readonly remote: TerraformJson;
} {
  const backends = Object.fromEntries(
    Object.entries(stacks).map(([name, stack]) => [name, stack.terraform.backend]),
  );
  return { backends, remote: Object.values(stacks["gke-coder"].data.terraform_remote_state)[0] };
}

test("a state in a Google bucket is below its run and stack, and other stacks read it there", async () => {
  const { backends, remote } = statesOf(await synthesize({ stateBucket: "gs://team-state/bench" }));
  expect(backends).toEqual({
    "gke-cloud": { gcs: { bucket: "team-state", prefix: `bench/state/${RUN.runId}/gke-cloud` } },
    "gke-coder": { gcs: { bucket: "team-state", prefix: `bench/state/${RUN.runId}/gke-coder` } },
  });
  expect(remote).toMatchObject({
    backend: "gcs",
    config: { bucket: "team-state", prefix: `bench/state/${RUN.runId}/gke-cloud` },
  });
});

test("state in S3 is locked by an object beside it, in the bucket's own region", async () => {
  const { backends, remote } = statesOf(
    await synthesize({ stateBucket: "s3://team-state?region=eu-central-1" }),
  );
  expect(backends["gke-cloud"]).toEqual({
    s3: {
      bucket: "team-state",
      key: `state/${RUN.runId}/gke-cloud/terraform.tfstate`,
      region: "eu-central-1",
      encrypt: true,
      use_lockfile: true,
    },
  });
  expect(remote).toMatchObject({
    backend: "s3",
    config: { bucket: "team-state", key: `state/${RUN.runId}/gke-cloud/terraform.tfstate` },
  });
});

test("null means a local state, as does a missing value", async () => {
  const { backends } = statesOf(await synthesize({ stateBucket: null }));
  expect(backends["gke-cloud"]).toEqual({ local: { path: "terraform.tfstate" } });
});

test.each(["file:///tmp/state", "gs://", "gs://UPPER/x", "s3://b/x?profile=mine", "team-state"])(
  "%s is refused as a place for state",
  (stateBucket) => {
    expect(environmentSchema.safeParse({ ...RUN, stateBucket }).success).toBe(false);
  },
);

test("a stack without its .terraform keeps its state through an init", async () => {
  const { backends } = statesOf(await synthesize());
  const directory = await stackOf(`resource "terraform_data" "network" { input = "vpc" }`);
  const terraform = execa({ cwd: directory, env: { CHECKPOINT_DISABLE: "1", TF_INPUT: "0" } });
  const path = (backends["gke-cloud"].local.path as string).replace("gke-cloud", basename(directory));
  await writeFile(
    join(directory, "backend.tf.json"),
    JSON.stringify({ terraform: { backend: { local: { path } } } }),
  );
  await terraform`terraform init`;
  await terraform`terraform apply -auto-approve`;
  await rm(join(directory, ".terraform"), { recursive: true });
  await terraform`terraform init`;
  expect((await terraform`terraform state list`).stdout).toBe("terraform_data.network");
});
