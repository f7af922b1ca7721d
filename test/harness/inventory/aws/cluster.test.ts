import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { awsCluster } from "../../../../harness/inventory/aws/cluster.ts";
import { sdkClients } from "../../../../harness/inventory/aws/clients.ts";
import type { ListedCluster } from "../../../../harness/inventory/kubernetes/cluster.ts";
import { fakeClock } from "../../../support/fake-clock.ts";
import { FakeKubernetes } from "../../../support/fake-kubernetes.ts";
import { startTlsFront } from "../../../support/network/tls-front.ts";
import { pathWith } from "../../cli/runner/tunnel.ts";
import { type Answers, fakeAws, refusal } from "./fake-aws.ts";
import { MOTO_ACCOUNT, MOTO_REGION, type Moto, motoIsInstalled, startMoto } from "./moto.ts";
import { makers } from "./seed.ts";

const RUN = "01kb3v9x2m7q8r5t6w4y1z0abc";
const NAME = "bench-5t6w4y1z0abc";
const PLACE = { project: "123456789012", region: "us-east-2", zone: "us-east-2a", cluster: NAME };
const signal = new AbortController().signal;

/** What `aws eks get-token` prints, with its arguments in the place of a presigned address. */
const AWS = `printf '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1beta1","spec":{},"status":{"expirationTimestamp":"2026-11-30T10:32:26Z","token":"%s"}}' "$*"`;

interface Asked {
  readonly cluster: ListedCluster;
  readonly api: FakeKubernetes;
  readonly count: (call: string) => number;
}

/** A cluster of a fake account, whose API server answers over TLS with a certificate of a private authority. */
async function cluster(answers: Answers = {}, aws = AWS): Promise<Asked> {
  const api = new FakeKubernetes();
  const front = await startTlsFront(await api.start());
  onTestFinished(async () => {
    // Its connections keep the front open.
    await api[Symbol.asyncDispose]();
    await front[Symbol.asyncDispose]();
  });
  const account = fakeAws({
    "eks DescribeCluster": ({ name }: { readonly name: string }) => ({
      cluster: {
        name,
        status: "ACTIVE",
        endpoint: front.url,
        certificateAuthority: { data: Buffer.from(front.caPem).toString("base64") },
      },
    }),
    ...answers,
  });
  const env = await pathWith({ aws });
  return {
    cluster: awsCluster({ clients: account.clients, clock: fakeClock(), env }, PLACE, RUN),
    api,
    count: account.count,
  };
}

const ready = { match: "/readyz", status: 200, body: "ok", left: 1 };

test("a control plane works if AWS reports ACTIVE and its API server answers under its own authority", async () => {
  const { cluster: one, api } = await cluster();
  api.mishaps.push({ ...ready, status: 503, body: "shutting down" }, ready);
  expect(await one.look(signal)).toEqual({
    state: "away",
    reason: "its API server is not ready (503: shutting down)",
  });
  expect(await one.look(signal)).toEqual({ state: "ready" });
  expect(api.requests).toEqual(["GET /readyz", "GET /readyz"]);
});

test.each(["CREATING", "UPDATING", "DELETING", "FAILED"])(
  "a cluster that is %s is away, and its API server is not asked",
  async (status) => {
    const { cluster: one, api } = await cluster({
      "eks DescribeCluster": () => ({ cluster: { name: NAME, status } }),
    });
    expect(await one.look(signal)).toEqual({ state: "away", reason: `its status is ${status}` });
    expect(api.requests).toEqual([]);
  },
);

test("a cluster's resources are listed at its endpoint, unless the cluster is gone or being deleted", async () => {
  const { cluster: one, api } = await cluster();
  const { cluster: gone } = await cluster({
    "eks DescribeCluster": () => refusal("ResourceNotFoundException", "No cluster found"),
  });
  const { cluster: denied } = await cluster({
    "eks DescribeCluster": () => refusal("AccessDeniedException", "not authorized"),
  });
  const { cluster: deleted } = await cluster({
    "eks DescribeCluster": () => ({ cluster: { name: NAME, status: "DELETING" } }),
  });
  api.mishaps.push({ ...ready });
  api.put("/api/v1", undefined, "persistentvolumes", { metadata: { name: "pv-1" } });
  const contents = await one.openContents(signal);
  if (contents.state !== "open") throw new Error(`the cluster is ${contents.state}, expected open`);
  expect(await contents.inventory.list({ runId: RUN }, signal)).toMatchObject({
    state: "complete",
    scope: `Kubernetes cluster ${NAME}`,
    items: [{ name: "pv-1", runId: RUN }],
  });
  expect(await gone.openContents(signal)).toEqual({ state: "none" });
  expect(await deleted.openContents(signal)).toEqual({ state: "none" });
  expect(await denied.openContents(signal)).toEqual({
    state: "unknown",
    reason: "AccessDeniedException: not authorized",
  });
});

test("a cluster that may not be described is unknown, with AWS's words", async () => {
  const { cluster: one } = await cluster({
    "eks DescribeCluster": () =>
      refusal("AccessDeniedException", "User: ada is not authorized to perform: eks:DescribeCluster"),
  });
  expect(await one.look(signal)).toEqual({
    state: "unknown",
    reason: "AccessDeniedException: User: ada is not authorized to perform: eks:DescribeCluster",
  });
});

test("an AWS command line that gives no token is unknown, with the command to try", async () => {
  const { cluster: one } = await cluster({}, "exit 253");
  expect(await one.look(signal)).toMatchObject({
    state: "unknown",
    reason: expect.stringMatching(/"aws eks get-token" gave no token for bench-5t6w4y1z0abc/) as string,
  });
});

test("nodes are the machines of all pages, known by their ids, even before they have a name", async () => {
  const inputs: object[] = [];
  const { cluster: one } = await cluster({
    "ec2 DescribeInstances": (input: { readonly NextToken?: string }) => {
      inputs.push(input);
      return input.NextToken === undefined
        ? {
            Reservations: [
              {
                Instances: [{ InstanceId: "i-2", PrivateDnsName: "ip-10-0-0-2.us-east-2.compute.internal" }],
              },
            ],
            NextToken: "more",
          }
        : { Reservations: [{ Instances: [{ InstanceId: "i-1", PrivateDnsName: "" }] }] };
    },
  });
  expect(await one.nodes(signal)).toEqual({
    state: "seen",
    nodes: [
      { name: "ip-10-0-0-2.us-east-2.compute.internal", uid: "i-2" },
      { name: "i-1", uid: "i-1" },
    ],
  });
  expect(inputs[1]).toMatchObject({
    Filters: [{ Name: "tag:eks:cluster-name", Values: [NAME] }, { Name: "instance-state-name" }],
    NextToken: "more",
  });
});

test("nodes that may not be listed are unknown", async () => {
  const { cluster: one } = await cluster({
    "ec2 DescribeInstances": () => refusal("UnauthorizedOperation", "You are not authorized"),
  });
  expect(await one.nodes(signal)).toEqual({
    state: "unknown",
    reason: "UnauthorizedOperation: You are not authorized",
  });
});

test("the unfinished release of a run is forgotten with a token of the run's cluster and region", async () => {
  const { cluster: one, api, count } = await cluster();
  const name = `${NAME}-coder`;
  api.mishaps.push(ready, {
    match: "GET /api/v1/secrets?",
    status: 200,
    body: {
      kind: "List",
      items: [
        {
          metadata: {
            name: `sh.helm.release.v1.${name}.v1`,
            namespace: "coder",
            labels: { owner: "helm", name, status: "pending-install" },
          },
        },
      ],
    },
    left: 1,
  });
  expect(await one.forgetUnfinishedReleases(signal)).toEqual([name]);
  expect(api.requests.at(-1)).toBe(`DELETE /api/v1/namespaces/coder/secrets/sh.helm.release.v1.${name}.v1`);
  expect(new Set(api.tokens)).toEqual(
    new Set([`Bearer eks get-token --cluster-name ${NAME} --region us-east-2 --output json`]),
  );
  expect(count("eks DescribeCluster")).toBe(1);
});

describe.skipIf(!motoIsInstalled())("with the real SDK and an emulated AWS", () => {
  let moto: Moto;
  beforeAll(async () => {
    moto = await startMoto({ MOTO_EC2_LOAD_DEFAULT_AMIS: "true" });
  });
  afterAll(() => moto[Symbol.asyncDispose]());
  beforeEach(() => moto.reset());

  test("nodes are the running machines with the tag that EKS gives the machines of a node group", async () => {
    const make = makers(moto);
    const launch = async (cluster: string): Promise<string> => {
      const Tags = [{ Key: "eks:cluster-name", Value: cluster }];
      const { Instances = [] } = await make.ec2.runInstances({
        ImageId: "ami-12c6146b",
        InstanceType: "m6i.large",
        MinCount: 1,
        MaxCount: 1,
        TagSpecifications: [{ ResourceType: "instance", Tags }],
      });
      return Instances[0]?.InstanceId ?? "";
    };
    const uid = await launch(NAME);
    await launch("somebody-elses");
    const clients = sdkClients(MOTO_REGION, moto.env);
    const place = { ...PLACE, project: MOTO_ACCOUNT, region: MOTO_REGION };
    const one = awsCluster({ clients, clock: fakeClock(), env: moto.env }, place, RUN);
    const answer = await one.nodes(signal);
    expect(answer).toMatchObject({ state: "seen", nodes: [{ uid }] });
    // A cluster that does not exist is nothing to wait for.
    expect(await one.look(signal)).toMatchObject({
      state: "unknown",
      reason: expect.stringMatching(/^ResourceNotFoundException: /) as string,
    });
  });
});
