import { checkExpiry, expiryProblems } from "../../../harness/inventory/google/expiry.ts";
import { awsInventory } from "../../../harness/inventory/aws/inventory.ts";
import { googleInventory } from "../../../harness/inventory/google/inventory.ts";
import type { GoogleEndpoints } from "../../../harness/inventory/google/endpoints.ts";
import { tokenAccess } from "../../../harness/kubernetes/access.ts";
import { kubernetesInventory } from "../../../harness/inventory/kubernetes/inventory.ts";
import { assess } from "../../../harness/inventory/sweep/assess.ts";
import { EMPTY_LEDGER, look } from "../../../harness/inventory/sweep/ledger.ts";
import { record } from "../../../harness/inventory/google/refusal.ts";
import { parseJson } from "../../../harness/tools/parse-json.ts";
import type { InventoryAnswer } from "../../../harness/model/ports/inventory.ts";
import { fakeClock } from "../../../test/support/fake-clock.ts";
import { printed } from "../laws.ts";
import { jsonNear } from "../mutations.ts";
import { accepted, type Outcome, refused, type Target, target } from "../target.ts";
import { answering, url } from "./answering.ts";

const RUN = "01jd0000000000000000000000";
const NAME = `bench-${RUN.slice(-12)}-gke`;
const AT = "2026-01-01T00:00:00Z";
const LABELS = { "bench-run": RUN, "bench-expires": "1767229200", "bench-managed": "cdktf" };
const ZONE = "zones/us-central1-a";

const machine = {
  name: NAME,
  creationTimestamp: AT,
  lastStartTimestamp: AT,
  labels: LABELS,
  scheduling: {
    maxRunDuration: { seconds: "3600" },
    instanceTerminationAction: "DELETE",
    terminationTime: AT,
  },
  networkInterfaces: [
    { network: `https://www.googleapis.com/compute/v1/projects/p/global/networks/${NAME}` },
  ],
};

/** Each listing asks for another field; one answer that has them all serves any of them. */
const GOOGLE = {
  kind: "compute#instanceAggregatedList",
  nextPageToken: "",
  items: {
    [ZONE]: { instances: [machine], disks: [machine], networks: [machine], subnetworks: [machine] },
    global: { networks: [machine] },
  },
  clusters: [{ name: NAME, location: "us-central1", createTime: AT, resourceLabels: LABELS }],
  accounts: [{ email: `${NAME}@p.iam.gserviceaccount.com`, name: NAME }],
  secrets: [{ name: `projects/1/secrets/${NAME}`, labels: LABELS, createTime: AT }],
  managedZones: [{ name: NAME, labels: LABELS, creationTime: AT }],
  bindings: [{ role: "roles/x", members: [`serviceAccount:${NAME}@p.iam.gserviceaccount.com`] }],
  results: [{ name: `//compute.googleapis.com/projects/p/${ZONE}/disks/${NAME}`, labels: LABELS }],
};
const GOOGLE_LIST = { ...GOOGLE, kind: "compute#networkList", items: [machine] };
const REFUSAL = {
  error: { code: 403, message: "refused", status: "PERMISSION_DENIED", errors: [{ reason: "forbidden" }] },
};

const KUBERNETES = {
  kind: "ServiceList",
  metadata: { continue: "" },
  items: [
    {
      metadata: {
        name: NAME,
        namespace: "coder",
        labels: LABELS,
        creationTimestamp: AT,
        finalizers: ["x/load-balancer"],
      },
      spec: { type: "LoadBalancer" },
    },
  ],
};

const TAGS = [{ Key: "bench-run", Value: RUN }];
/** Each listing of AWS asks for another field; one answer that has them all serves any of them. */
const AWS = {
  Account: "111111111111",
  Arn: "arn:aws:iam::111111111111:user/some",
  Vpcs: [{ VpcId: "vpc-1", Tags: TAGS }],
  Volumes: [{ VolumeId: "vol-1", CreateTime: AT, Tags: TAGS }],
  Reservations: [
    { Instances: [{ InstanceId: "i-1", State: { Name: "running" }, LaunchTime: AT, Tags: TAGS }] },
  ],
  Subnets: [{ SubnetId: "subnet-1", VpcId: "vpc-1", Tags: TAGS }],
  SecurityGroups: [{ GroupId: "sg-1", GroupName: NAME, VpcId: "vpc-1", Tags: TAGS }],
  NetworkInterfaces: [{ NetworkInterfaceId: "eni-1", VpcId: "vpc-1", TagSet: TAGS }],
  DBInstances: [
    {
      DBInstanceIdentifier: NAME,
      DBInstanceArn: `arn:aws:rds:eu-west-1:111111111111:db:${NAME}`,
      TagList: TAGS,
    },
  ],
  Roles: [{ RoleName: NAME, Arn: `arn:aws:iam::111111111111:role/${NAME}`, CreateDate: AT, Path: "/" }],
  clusters: [NAME],
  cluster: {
    name: NAME,
    arn: `arn:aws:eks:eu-west-1:111111111111:cluster/${NAME}`,
    createdAt: AT,
    tags: LABELS,
  },
  LoadBalancers: [
    { LoadBalancerArn: "arn:aws:elasticloadbalancing:x", LoadBalancerName: NAME, VpcId: "vpc-1" },
  ],
  ResourceTagMappingList: [{ ResourceARN: "arn:aws:ec2:eu-west-1:111111111111:volume/vol-1", Tags: TAGS }],
};

const endpoints = new Proxy({} as GoogleEndpoints, { get: () => url });
const auth = { headers: () => Promise.resolve({}), project: () => Promise.resolve("p") } as never;

/** Answers of clouds and clusters, as sweep and audit read them. */
export const inventories: readonly Target[] = [
  target({
    name: "inventory: google",
    isSlow: true,
    inputs: jsonNear([GOOGLE, GOOGLE_LIST, REFUSAL]),
    read: (bytes: Uint8Array) =>
      answering(bytes, async () => {
        const options = { project: "p", auth, endpoints, clock: fakeClock(Date.parse(AT)) };
        const { signal } = new AbortController();
        const answer = await googleInventory(options).list({ runId: RUN }, signal);
        const expiry = await checkExpiry(options, { runId: RUN, expiresAtMs: Date.parse(AT) }, signal);
        const problems =
          expiry.state === "failed" ? [expiry.reason] : expiry.problems.map(({ problem }) => problem);
        return judged(answer, problems);
      }),
  }),
  target({
    name: "inventory: the end of a google machine",
    inputs: jsonNear([machine]),
    read: (bytes: Uint8Array): Outcome => {
      let raw: Readonly<Record<string, unknown>>;
      try {
        raw = record(parseJson(Buffer.from(bytes).toString()));
      } catch {
        return refused();
      }
      const problems = expiryProblems([{ name: NAME, raw }], Date.parse(AT));
      return accepted(...problems.map(({ problem }) => printed(problem)));
    },
  }),
  target({
    name: "inventory: aws",
    isSlow: true,
    inputs: jsonNear([AWS]),
    read: async (bytes: Uint8Array) => {
      let answer: object;
      try {
        answer = record(parseJson(Buffer.from(bytes).toString()));
      } catch {
        return refused();
      }
      const options = { account: "111111111111", region: "eu-west-1", clock: fakeClock(Date.parse(AT)) };
      // Confirmed, so that what the listings say is read.
      const send = (): Promise<object> => Promise.resolve({ ...answer, Account: "111111111111" });
      const inventory = awsInventory({ ...options, clients: () => Promise.resolve({ send }) });
      return judged(await inventory.list({}, new AbortController().signal), []);
    },
  }),
  target({
    name: "inventory: kubernetes",
    isSlow: true,
    inputs: jsonNear([KUBERNETES, { kind: "Status", message: "refused", code: 403 }]),
    read: (bytes: Uint8Array) =>
      answering(bytes, async () => {
        const access = tokenAccess({ server: url.slice(0, -1), token: () => Promise.resolve("t") });
        const options = { access, clock: fakeClock(Date.parse(AT)), cluster: "c", runId: RUN };
        return judged(await kubernetesInventory(options).list({}, new AbortController().signal), []);
      }),
  }),
];

/** A sweep looks at whatever an inventory answered. */
function judged(answer: InventoryAnswer, problems: readonly string[]): Outcome {
  const items = answer.state === "complete" ? answer.items : answer.partial;
  const nowMs = Date.parse(AT);
  const assessed = assess(items, {
    question: { olderThanMs: 0, includeUnlabelled: true, dryRun: true },
    target: "some",
    nowMs,
    ledger: look(EMPTY_LEDGER, { target: "some", items, nowMs }),
    runs: new Map(),
    manualRuns: new Set(),
  });
  for (const { item } of assessed)
    if (item.createdAt !== undefined && Number.isNaN(Date.parse(item.createdAt)))
      throw new Error(`an item was created at ${item.createdAt}`);
  const words = [answer.scope, ...problems, ...items.flatMap(({ id, name }) => [id, name])].map(printed);
  if (answer.state === "failed") words.push(printed(answer.reason));
  return items.length > 0 ? accepted(...words) : refused(...words);
}
