import { describe, expect, test } from "vitest";
import { getArchitecture, resolveSize } from "../../../../reference-architectures/catalogue.ts";
import { patientSend, type AwsClient } from "../../../../harness/inventory/aws/session.ts";
import { AWS_CHECKS } from "../../../../harness/inventory/preflight/aws/checks.ts";
import type { AwsContext } from "../../../../harness/inventory/preflight/aws/context.ts";
import { awsSource } from "../../../../harness/inventory/preflight/aws/credential-source.ts";
import type { CheckName } from "../../../../harness/inventory/preflight/check.ts";
import { runChecks, type CheckResult } from "../../../../harness/inventory/preflight/run-checks.ts";
import { fakeClock } from "../../../support/fake-clock.ts";
import { NOW_MS } from "../../../support/coder/licence.ts";

const ACCOUNT = "123456789012";
const signal = new AbortController().signal;

const ANSWERS: Readonly<Record<string, object>> = {
  GetCallerIdentityCommand: { Account: ACCOUNT, Arn: "arn:aws:sts::123456789012:assumed-role/bench/ada" },
  DescribeClusterVersionsCommand: {
    clusterVersions: [
      { clusterVersion: "1.35", versionStatus: "STANDARD_SUPPORT" },
      { clusterVersion: "1.30", versionStatus: "EXTENDED_SUPPORT" },
    ],
  },
  DescribeDBEngineVersionsCommand: { DBEngineVersions: [{ EngineVersion: "16.9" }] },
  GetServiceQuotaCommand: { Quota: { Value: 100 } },
  DescribeInstancesCommand: {},
  DescribeVolumesCommand: {},
  DescribeAddressesCommand: {},
  DescribeVpcsCommand: { Vpcs: [{ IsDefault: true }] },
  DescribeInstanceTypeOfferingsCommand: {
    InstanceTypeOfferings: ["m6i.2xlarge", "m6i.xlarge", "m6i.large"].map((InstanceType) => ({
      InstanceType,
    })),
  },
};

type Answer = object | ((input: object) => object);

/** Runs every check of an account that answers so: an answer that is an Error is thrown. */
async function preflight(
  answers: Readonly<Record<string, Answer>> = {},
  change: Partial<AwsContext> = {},
): Promise<(name: CheckName) => CheckResult> {
  const clock = fakeClock();
  const client: AwsClient = {
    send: (command) => {
      const told = { ...ANSWERS, ...answers }[command.constructor.name];
      const answer = typeof told === "function" ? told(command.input) : told;
      if (answer instanceof Error) return Promise.reject(answer);
      return answer === undefined ? Promise.reject(new Error("not asked")) : Promise.resolve(answer);
    },
  };
  const context: AwsContext = {
    architecture: getArchitecture("eks"),
    size: resolveSize("eks", "100"),
    project: ACCOUNT,
    clock,
    neededMs: 332 * 60_000,
    terraform: () => Promise.resolve({ version: "1.11.4", path: "/bin/terraform" }),
    missingTools: () => Promise.resolve([]),
    inventory: {
      list: () => Promise.resolve({ state: "complete", scope: "account", kinds: [], items: [] }),
      remove: () => Promise.reject(new Error("preflight removes nothing")),
    },
    sweepCommand: `refbench sweep --account ${ACCOUNT} --region us-east-2`,
    web: ({ url }) =>
      Promise.resolve({
        status: 200,
        text: url.includes("checkip") ? "198.51.100.7\n" : '{"token":"t"}',
        rateLimit: "100;w=21600",
        rateRemaining: "100;w=21600",
      }),
    credential: { kind: "renewing", from: "profile bench" },
    send: (stop) => patientSend({ client: () => Promise.resolve(client), clock, signal: stop }),
    marker: () => Promise.resolve({ state: "allowed" }),
    ...change,
  };
  const results = await runChecks(AWS_CHECKS, context, signal);
  return (name) => results.find((result) => result.name === name)!;
}

test("a missing program is reported and prevents no start if the cloud is emulated", async () => {
  const missing = [{ tool: "session-manager-plugin", why: "the load runner", next: "install it" }];
  const missingTools = (): Promise<typeof missing> => Promise.resolve(missing);
  expect((await preflight({}, { missingTools }))("tools").state).toBe("failed");
  const told = (await preflight({}, { missingTools, emulated: true }))("tools");
  expect(told).toMatchObject({
    state: "unknown",
    found: expect.stringMatching(/session-manager-plugin/),
    fix: "install it",
  });
});

function refused(name: string, message = "no"): Error {
  return Object.assign(new Error(message), { name });
}

test("an account in which nothing is missing has no failure", async () => {
  const of = await preflight();
  const states = AWS_CHECKS.map(({ name }) => `${name} ${of(name).state}`);
  expect(states.filter((state) => !state.endsWith(" ok"))).toEqual([
    "permissions skipped",
    "apis skipped",
    "org-policies skipped",
    "licence skipped",
    "names skipped",
  ]);
  expect(of("quota").found).toMatch(/^room for \d+ m6i vCPUs, \d+ machines/);
});

test("the identity that deploys is found, so that EKS need not refuse it a second time", async () => {
  expect((await preflight())("identity")).toMatchObject({
    state: "ok",
    callerArn: "arn:aws:sts::123456789012:assumed-role/bench/ada",
  });
});

test.each<[string, Partial<AwsContext>, object]>([
  [
    "anywhere is right and comes with better advice",
    {},
    { state: "ok", fix: expect.stringMatching(/^--cluster-cidr 198\.51\.100\.7\/32, and/) },
  ],
  [
    "a range with this machine in it is right",
    { clusterCidrs: ["10.0.0.0/8", "198.51.100.0/24"] },
    { state: "ok" },
  ],
  [
    "a range without this machine fails: Terraform could not enter the cluster",
    { clusterCidrs: ["203.0.113.0/24"] },
    {
      state: "failed",
      found: expect.stringMatching(/198\.51\.100\.7 is not in 203\.0\.113\.0\/24/),
      fix: "--cluster-cidr 198.51.100.7/32 in addition to the others",
    },
  ],
  [
    "a machine whose address nobody says is not known to be in a range",
    { clusterCidrs: ["203.0.113.0/24"], web: () => Promise.reject(new Error("ENOTFOUND")) },
    { state: "unknown" },
  ],
  ["an emulated cluster is not asked about", { emulated: true }, { state: "skipped" }],
])("the cluster's API: %s", async (_, change, expected) => {
  const found = (await preflight({}, change))("cluster-access");
  expect(found).toMatchObject(expected);
  if (found.state === "ok" && change.clusterCidrs !== undefined) expect(found.fix).toBeUndefined();
});

const VCPUS = "L-1216C47A";
const GP3 = "L-7A658B76";
const ADDRESSES = "L-0263D0A3";
const VPCS = "L-F678F1CE";

/** Every quota is large except the given ones. */
function quotaOf(code: string, answer: number | Error): Answer {
  return (input) => {
    const large = { Quota: { Value: 1_000 } };
    if ((input as { QuotaCode: string }).QuotaCode !== code) return large;
    return answer instanceof Error ? answer : { Quota: { Value: answer } };
  };
}

describe("a quota counts with what others use of it", () => {
  const machines = (...each: readonly object[]): object => ({ Reservations: [{ Instances: each }] });
  const large = { InstanceType: "c7i.48xlarge", CpuOptions: { CoreCount: 96, ThreadsPerCore: 2 } };

  test.each<[string, string, number, Readonly<Record<string, Answer>>, RegExp]>([
    [
      "vCPUs",
      VCPUS,
      200,
      { DescribeInstancesCommand: machines(large) },
      /vCPUs.* in us-east-2: 5\d needed, 8 of 200 free/,
    ],
    [
      "gp3 volumes",
      GP3,
      50,
      { DescribeVolumesCommand: { Volumes: [{ Size: 51_200 }] } },
      /TiB of gp3 volumes in us-east-2: [\d.]+ needed, 0 of 50 free/,
    ],
    [
      "addresses",
      ADDRESSES,
      5,
      { DescribeAddressesCommand: { Addresses: [{}, {}, {}, {}, {}] } },
      /1 needed, 0 of 5 free/,
    ],
    ["VPCs", VPCS, 1, {}, /VPCs in us-east-2: 1 needed, 0 of 1 free/],
  ])("%s", async (_, code, limit, usage, found) => {
    const of = await preflight({ GetServiceQuotaCommand: quotaOf(code, limit), ...usage });
    expect(of("quota")).toMatchObject({ state: "failed", found: expect.stringMatching(found) });
    const asked = new RegExp(
      `^aws service-quotas request-service-quota-increase --service-code \\w+ --quota-code ${code} --region us-east-2 --desired-value (\\d+)$`,
    ).exec(of("quota").fix ?? "")?.[1];
    // The quota in the open request would be enough.
    const enough = await preflight({ GetServiceQuotaCommand: quotaOf(code, Number(asked)), ...usage });
    expect(enough("quota").state).toBe("ok");
  });

  test("but not with spot machines or families that have another quota, and with every page", async () => {
    const others = machines(
      { ...large, InstanceLifecycle: "spot" },
      { ...large, InstanceType: "inf2.48xlarge" },
      { ...large, InstanceType: "g6.48xlarge" },
    );
    const GetServiceQuotaCommand = quotaOf(VCPUS, 200);
    expect(
      (await preflight({ GetServiceQuotaCommand, DescribeInstancesCommand: others }))("quota").state,
    ).toBe("ok");
    const paged: Answer = (input) =>
      (input as { NextToken?: string }).NextToken === undefined
        ? { ...others, NextToken: "2" }
        : machines(large);
    expect(
      (await preflight({ GetServiceQuotaCommand, DescribeInstancesCommand: paged }))("quota").state,
    ).toBe("failed");
  });

  test.each([
    ["is denied", refused("AccessDeniedException")],
    ["is not offered", refused("NoSuchResourceException")],
    ["has no value", {}],
  ])("and is unknown if it %s, with the command that asks for it", async (_, answer) => {
    const GetServiceQuotaCommand: Answer = (input) =>
      (input as { QuotaCode: string }).QuotaCode === GP3 ? answer : { Quota: { Value: 1_000 } };
    const of = await preflight({ GetServiceQuotaCommand });
    expect(of("quota")).toMatchObject({
      state: "unknown",
      found: expect.stringMatching(/^needed: .*gp3 volumes: quota not reported by AWS/),
      fix: `aws service-quotas get-service-quota --service-code ebs --quota-code ${GP3} --region us-east-2`,
    });
  });

  test("and is unknown if its use is unknown, unless it is too small for anybody", async () => {
    const DescribeInstancesCommand = refused("UnauthorizedOperation");
    const of = await preflight({ DescribeInstancesCommand });
    expect(of("quota")).toMatchObject({
      state: "unknown",
      found: expect.stringMatching(/use of the 100 not reported by AWS: UnauthorizedOperation/),
    });
    const small = await preflight({ DescribeInstancesCommand, GetServiceQuotaCommand: quotaOf(VCPUS, 32) });
    expect(small("quota").state).toBe("failed");
  });
});

describe("a failed check says what it found and what to do", () => {
  test.each<[CheckName, string, Readonly<Record<string, object>>, Partial<AwsContext>, RegExp, RegExp]>([
    [
      "identity",
      "another account answers",
      { GetCallerIdentityCommand: { Account: "999999999999" } },
      {},
      /belong to account 999999999999, but --account is 123456789012/,
      /AWS_PROFILE/,
    ],
    [
      "identity",
      "nobody is signed in",
      { GetCallerIdentityCommand: refused("ExpiredToken") },
      {},
      /not signed in: ExpiredToken/,
      /aws sso login/,
    ],
    [
      "marker",
      "the owner has not allowed it",
      {},
      { marker: () => Promise.resolve({ state: "refused", reason: "no alias: if refbench may, so" }) },
      /^no alias$/,
      /create-account-alias/,
    ],
    [
      "credential",
      "it ends before the teardown",
      {},
      { credential: { kind: "session", endsMs: NOW_MS + 3_600_000 } },
      /last 1h 00m; a run with its teardown takes at most 5h 32m/,
      /--duration-seconds 43200/,
    ],
    [
      "kubernetes-version",
      "it is in extended support",
      {
        DescribeClusterVersionsCommand: {
          clusterVersions: [
            { clusterVersion: "1.36", versionStatus: "STANDARD_SUPPORT" },
            { clusterVersion: "1.35", versionStatus: "EXTENDED_SUPPORT" },
          ],
        },
      },
      {},
      /1\.35 is EXTENDED_SUPPORT; versions in standard support: 1\.36/,
      /--set kubernetesVersion=1\.36/,
    ],
    [
      "postgres-version",
      "RDS has none of that version",
      { DescribeDBEngineVersionsCommand: { DBEngineVersions: [] } },
      {},
      /RDS has no Postgres 16/,
      /describe-db-engine-versions/,
    ],
    [
      "machine-types",
      "the zone lacks one",
      { DescribeInstanceTypeOfferingsCommand: { InstanceTypeOfferings: [{ InstanceType: "m6i.xlarge" }] } },
      {},
      /us-east-2a does not offer m6i\.2xlarge/,
      /describe-instance-type-offerings/,
    ],
  ])("%s, when %s", async (name, _, answers, change, found, fix) => {
    const result = (await preflight(answers, change))(name);
    expect(result.state).toBe("failed");
    expect(result.found).toMatch(found);
    expect(result.fix).toMatch(fix);
  });
});

test.each([
  ["kubernetes-version", "DescribeClusterVersionsCommand"],
  ["postgres-version", "DescribeDBEngineVersionsCommand"],
  ["machine-types", "DescribeInstanceTypeOfferingsCommand"],
] as const)("%s is unknown when its call is denied", async (name, command) => {
  const of = await preflight({ [command]: refused("AccessDeniedException") });
  expect(of(name)).toMatchObject({ state: "unknown", found: expect.stringContaining("AccessDenied") });
});

test.each<[NodeJS.ProcessEnv, object]>([
  [
    { AWS_PROFILE: "bench", AWS_ACCESS_KEY_ID: "x" },
    { kind: "renewing", from: "profile bench" },
  ],
  [{ AWS_ACCESS_KEY_ID: "x" }, { kind: "key" }],
  [
    { AWS_ACCESS_KEY_ID: "x", AWS_SESSION_TOKEN: "y" },
    { kind: "session", endsMs: undefined },
  ],
  [
    { AWS_ACCESS_KEY_ID: "x", AWS_SESSION_TOKEN: "y", AWS_CREDENTIAL_EXPIRATION: "2026-01-01T00:00:00Z" },
    { kind: "session", endsMs: NOW_MS },
  ],
  [{ AWS_WEB_IDENTITY_TOKEN_FILE: "/t" }, { kind: "renewing", from: "a federated identity" }],
  [{}, { kind: "renewing", from: "the default profile or the machine's role" }],
])("credentials of %j", (env, source) => {
  expect(awsSource(env)).toEqual(source);
});
