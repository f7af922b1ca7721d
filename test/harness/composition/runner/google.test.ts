import { delimiter, join } from "node:path";
import { existsSync } from "node:fs";
import { execa } from "execa";
import { expect, onTestFinished, test } from "vitest";
import { gcloudEnvironment } from "../../../../harness/composition/runner/gcloud-environment.ts";
import { googleRunnerAccess } from "../../../../harness/composition/runner/google.ts";
import { MockGoogle } from "../../../../rehearsal/google-api/mock-google.ts";
import { googleError } from "../../../../rehearsal/google-api/refusal.ts";
import { newFolder, pathWith, sshServer, throughTunnel } from "../../cli/runner/tunnel.ts";

const MACHINE = "bench-4m8s5ffptw2t-runner";
const HOST_KEYS = `compute/projects/some-project/zones/us-central1-a/instances/${MACHINE}/getGuestAttributes`;

/** A runner whose cloud answers on this machine, with a `gcloud` that runs the given script. */
async function runner({ gcloud = "exit 0", env = {} }: { gcloud?: string; env?: NodeJS.ProcessEnv } = {}) {
  const google = new MockGoogle();
  const endpoints = await google.start();
  onTestFinished(() => google[Symbol.asyncDispose]());
  const access = await googleRunnerAccess({
    machine: MACHINE,
    project: "some-project",
    zone: "us-central1-a",
    privateKey: "a key",
    env: {
      ...(await pathWith({ gcloud })),
      GOOGLE_OAUTH_ACCESS_TOKEN: "a-token",
      GOOGLE_COMPUTE_CUSTOM_ENDPOINT: endpoints.compute,
      ...env,
    },
  });
  return { google, access };
}

test("the tunnel is gcloud's own, to the SSH port of the machine, and carries bytes both ways", async () => {
  const server = await sshServer();
  const { access } = await runner({ gcloud: server.relay });
  expect(await throughTunnel(access)).toBe("SSH-2.0-fake\r\nsaid: hello\n");
  expect(await server.args()).toEqual([
    "compute",
    "start-iap-tunnel",
    MACHINE,
    "22",
    "--listen-on-stdin",
    "--project=some-project",
    "--zone=us-central1-a",
    "--verbosity=error",
    "--quiet",
  ]);
});

test("gcloud uses the identity and the endpoints of Terraform", async () => {
  const { access } = await runner({ env: { GOOGLE_IMPERSONATE_SERVICE_ACCOUNT: "deployer@some.example" } });
  expect(access.tunnel.env).toMatchObject({
    CLOUDSDK_AUTH_ACCESS_TOKEN: "a-token",
    CLOUDSDK_AUTH_IMPERSONATE_SERVICE_ACCOUNT: "deployer@some.example",
    CLOUDSDK_API_ENDPOINT_OVERRIDES_COMPUTE: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/compute\/$/),
  });
  expect(access.tunnel.args.join(" ")).not.toContain("a-token");
});

const hasGcloud = (process.env["PATH"] ?? "")
  .split(delimiter)
  .some((folder) => existsSync(join(folder, "gcloud")));

// gcloud replaces its own path by an address's only where that has one: without a version it asks without a version.
test.skipIf(!hasGcloud).each([
  ["without a version", "compute", "/compute/"],
  ["with the version", "compute/compute/v1/", "/compute/compute/v1/"],
])("the real gcloud asks an address over http %s as it is", { timeout: 60_000 }, async (_, path, base) => {
  await using google = new MockGoogle();
  await google.start();
  google.put("zones/us-central1-a", "instances", { name: MACHINE, status: "RUNNING" });
  const env = await gcloudEnvironment({
    PATH: process.env["PATH"],
    HOME: await newFolder(),
    GOOGLE_OAUTH_ACCESS_TOKEN: "a-token",
    GOOGLE_COMPUTE_CUSTOM_ENDPOINT: `${google.url}/${path}`,
  });
  const options = ["--project=some-project", "--zone=us-central1-a", "--format=value(status)", "--quiet"];
  const args = ["compute", "instances", "describe", MACHINE, ...options];
  const { stdout } = await execa("gcloud", args, { env, extendEnv: false });
  expect(stdout).toBe("RUNNING");
  const machine = `projects/some-project/zones/us-central1-a/instances/${MACHINE}`;
  expect(google.requests).toEqual([`GET ${base}${machine}?alt=json`]);
});

test("a setting of the user for gcloud itself takes precedence", async () => {
  const { access } = await runner({ env: { CLOUDSDK_AUTH_ACCESS_TOKEN: "its-own" } });
  expect(access.tunnel.env).toMatchObject({ CLOUDSDK_AUTH_ACCESS_TOKEN: "its-own" });
});

test("the host keys are those that the machine reported as guest attributes", async () => {
  const { google, access } = await runner();
  google.documents.set(HOST_KEYS, {
    kind: "compute#guestAttributes",
    queryPath: "hostkeys/",
    queryValue: {
      items: [
        { namespace: "hostkeys", key: "ecdsa-sha2-nistp256", value: "AAAAE2Vj" },
        { namespace: "hostkeys", key: "ssh-ed25519", value: "AAAAC3Nz\n" },
      ],
    },
  });
  expect(await access.hostKeys(AbortSignal.timeout(10_000))).toEqual([
    "ecdsa-sha2-nistp256 AAAAE2Vj",
    "ssh-ed25519 AAAAC3Nz",
  ]);
  expect(google.requests).toEqual([`GET /${HOST_KEYS}?queryPath=hostkeys%2F`]);
});

test.each([
  ["no attribute of that name", 404, googleError(404, "notFound", "no key found")],
  ["no right to read them", 403, googleError(403, "forbidden", "no permission")],
])("%s is infrastructure, by the machine's name", async (_, status, body) => {
  const { google, access } = await runner();
  google.refuse({ match: "getGuestAttributes", status, body });
  await expect(access.hostKeys(AbortSignal.timeout(10_000))).rejects.toMatchObject({
    code: "infrastructure",
    message: expect.stringMatching(
      new RegExp(`no host keys of ${MACHINE} in us-central1-a: .*(no key|no permission)`),
    ),
  });
});

test("a machine that has reported nothing yet has no host keys", async () => {
  const { google, access } = await runner();
  google.documents.set(HOST_KEYS, { queryPath: "hostkeys/", queryValue: {} });
  await expect(access.hostKeys(AbortSignal.timeout(10_000))).rejects.toMatchObject({
    code: "infrastructure",
  });
});

test("without gcloud the load runner cannot be reached, and the error names where to get it", async () => {
  const options = { machine: MACHINE, project: "some-project", zone: "us-central1-a", privateKey: "a key" };
  await expect(googleRunnerAccess({ ...options, env: await pathWith({}) })).rejects.toMatchObject({
    code: "usage",
    message: expect.stringMatching(/^gcloud is not on PATH.*cloud\.google\.com\/sdk.*--runner local/),
  });
});
