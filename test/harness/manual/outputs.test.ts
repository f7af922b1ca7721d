import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import type { ManualDeployment } from "../../../harness/manual/deployment.ts";
import { getOutputs } from "../../../harness/manual/outputs.ts";

const RUN_ID = "01m81dbtf3adbaved8yjnr50h6";
const OUTPUTS = {
  project: "some-project",
  region: "us-central1",
  zone: "us-central1-a",
  network: "net",
  runner_machine: "bench-runner",
  coder_url: "http://10.0.0.7",
  template_variables: { namespace: "coder-workspaces" },
};

/** Buckets of either cloud with one object at this path, and what of them was asked. */
async function bucketWith(path: string) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const url = decodeURIComponent(new URL(request.url ?? "", "http://bucket").pathname);
    asked.push(url);
    const outputs = Object.fromEntries(Object.entries(OUTPUTS).map(([name, value]) => [name, { value }]));
    response
      .writeHead(url === path ? 200 : 404)
      .end(url === path ? JSON.stringify({ version: 4, serial: 3, outputs }) : "{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const env = {
    GOOGLE_STORAGE_CUSTOM_ENDPOINT: `${url}/storage/v1/`,
    GOOGLE_OAUTH_ACCESS_TOKEN: "a-token",
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: "testing",
    AWS_SECRET_ACCESS_KEY: "testing",
  };
  return { env, asked };
}

function deployment(stateBucket: string): ManualDeployment {
  const environment = {
    schemaVersion: 1,
    architecture: "gce-docker",
    size: "canary",
    overrides: {},
    runId: RUN_ID,
    owner: "ada",
    managed: "manual",
    expiresAt: null,
    project: "some-project",
    region: "us-central1",
    zone: "us-central1-a",
    coderVersion: "2.31.0",
    stateBucket,
  } as const;
  const stacks = ["gce-docker-cloud"];
  return { folder: "/nowhere", environment, cloud: "google", stacks, isSimulated: false };
}

test.each([
  ["gs://states/team", `/storage/v1/b/states/o/team/state/${RUN_ID}/gce-docker-cloud/default.tfstate`],
  ["s3://states/team?region=eu-west-1", `/states/team/state/${RUN_ID}/gce-docker-cloud/terraform.tfstate`],
  ["s3://states", `/states/state/${RUN_ID}/gce-docker-cloud/terraform.tfstate`],
])("a state in %s is found at the place of Terraform's backend", async (stateBucket, path) => {
  const { env, asked } = await bucketWith(path);
  expect(await getOutputs(deployment(stateBucket), env)).toMatchObject(OUTPUTS);
  expect(asked).toEqual([path]);
});

test("no state at all means that nothing is deployed", async () => {
  const made = deployment("");
  const environment = { ...made.environment, stateBucket: null };
  await expect(getOutputs({ ...made, environment }, {})).rejects.toMatchObject({
    code: "usage",
    message: expect.stringContaining("gce-docker is not deployed"),
  });
});
