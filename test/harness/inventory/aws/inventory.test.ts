import { describe, expect, test } from "vitest";
import { seenIn } from "../../../../harness/model/ports/listing.ts";
import { awsInventory } from "../../../../harness/inventory/aws/inventory.ts";
import type { InventoryItem } from "../../../../harness/model/ports/inventory.ts";
import { namePrefix, newRunId } from "../../../../harness/model/run-id.ts";
import { fakeClock } from "../../../support/fake-clock.ts";
import { fakeAws, refusal } from "./fake-aws.ts";
import type { Answers } from "./fake-aws.ts";

const ACCOUNT = "111111111111";
const runId = newRunId();
const tags = [{ Key: "bench-run", Value: runId }];

function given(answers: Answers) {
  const aws = fakeAws(answers);
  const clock = fakeClock(0);
  const inventory = awsInventory({ account: ACCOUNT, region: "eu-west-1", clients: aws.clients, clock });
  const { signal } = new AbortController();
  return {
    ...aws,
    clock,
    list: (query: { readonly runId?: string } = { runId }) => inventory.list(query, signal),
    remove: (item: Pick<InventoryItem, "id" | "kind">) =>
      inventory.remove({ name: item.id, labels: {}, ...item }, signal),
    inventory,
  };
}

describe("list", () => {
  test("an empty account is a complete answer that names its scope and kinds", async () => {
    const answer = await given({}).list();

    expect(answer).toMatchObject({
      state: "complete",
      scope: "AWS account 111111111111, region eu-west-1",
      items: [],
    });
    expect(answer.state === "complete" && answer.kinds).toEqual(
      expect.arrayContaining(["aws_vpc", "aws_db_instance", "aws_iam_role"]),
    );
  });

  test("every page is read to the end", async () => {
    const vpc = (VpcId: string) => ({ VpcId, Tags: tags });
    const pages: Record<string, object> = {
      first: { Vpcs: [vpc("vpc-1")], NextToken: "second" },
      second: { Vpcs: [], NextToken: "third" },
      third: { Vpcs: [vpc("vpc-3")] },
    };
    const answer = await given({
      "ec2 DescribeVpcs": ({ NextToken = "first" }: { NextToken?: string }) => pages[NextToken]!,
    }).list();

    expect(answer).toMatchObject({ state: "complete", items: [{ name: "vpc-1" }, { name: "vpc-3" }] });
  });

  test("a list that returns the same page token twice is not a list", async () => {
    const answer = await given({ "ec2 DescribeVpcs": () => ({ Vpcs: [], NextToken: "again" }) }).list();

    expect(answer).toMatchObject({
      state: "failed",
      reason: "could not list aws_vpc: DescribeVpcs returned the same page token twice",
    });
  });

  test("a list that reports more pages without a token is not a list", async () => {
    const answer = await given({
      "iam ListPolicies": () => ({ Policies: [], IsTruncated: true }),
    }).list();

    expect(answer).toMatchObject({ state: "failed", reason: expect.stringContaining("aws_iam_policy") });
  });

  test("an answer without its list is not an empty list", async () => {
    const answer = await given({ "rds DescribeDBInstances": () => ({}) }).list();

    expect(answer).toMatchObject({
      state: "failed",
      reason: expect.stringContaining("aws_db_instance: AWS answered without DBInstances"),
    });
  });

  test("one kind that is denied fails the answer, names the kind, and keeps what the others found", async () => {
    const answer = await given({
      "ec2 DescribeVpcs": () => ({ Vpcs: [{ VpcId: "vpc-1", Tags: tags }] }),
      "rds DescribeDBSnapshots": () => refusal("AccessDenied", "not authorized: rds:DescribeDBSnapshots"),
    }).list();

    expect(answer).toMatchObject({
      state: "failed",
      reason: "could not list aws_db_snapshot: AccessDenied: not authorized: rds:DescribeDBSnapshots",
      partial: [{ id: "aws_vpc/vpc-1" }],
    });
  });

  test("a second page that fails fails the answer", async () => {
    const answer = await given({
      "ec2 DescribeVolumes": ({ NextToken }: { NextToken?: string }) =>
        NextToken === undefined ? { Volumes: [], NextToken: "2" } : refusal("UnauthorizedOperation"),
    }).list();

    expect(answer).toMatchObject({ state: "failed", reason: expect.stringContaining("aws_ebs_volume") });
  });

  test("an expired token is a failed answer, not a throw", async () => {
    const answer = await given({ "sts GetCallerIdentity": () => refusal("ExpiredToken") }).list();

    expect(answer).toMatchObject({ state: "failed", reason: "ExpiredToken", partial: [] });
  });

  test("another account is never asked", async () => {
    const aws = given({ "sts GetCallerIdentity": () => ({ Account: "222222222222" }) });

    expect(await aws.list()).toMatchObject({ state: "failed", partial: [] });
    expect(aws.asked.map(({ call }) => call)).toEqual(["sts GetCallerIdentity"]);
  });

  test("throttling is waited out, longer each time", async () => {
    let refusals = 3;
    const aws = given({
      "ec2 DescribeVpcs": () =>
        refusals-- > 0 ? refusal("RequestLimitExceeded") : { Vpcs: [{ VpcId: "vpc-1", Tags: tags }] },
    });

    expect(await aws.list()).toMatchObject({ state: "complete", items: [{ name: "vpc-1" }] });
    expect(aws.clock.now()).toBe(500 + 1_000 + 2_000);
  });

  test("throttling without end is a failed answer after a bounded number of calls", async () => {
    const aws = given({ "ec2 DescribeVpcs": () => refusal("RequestLimitExceeded") });

    expect(await aws.list()).toMatchObject({ state: "failed" });
    expect(aws.count("ec2 DescribeVpcs")).toBe(6);
  });

  test("an item that disappears between a list and its details is omitted", async () => {
    const answer = await given({
      "eks ListClusters": () => ({ clusters: [namePrefix(runId)] }),
      "eks ListNodegroups": () => refusal("ResourceNotFoundException"),
      "eks DescribeCluster": () => refusal("ResourceNotFoundException"),
    }).list();

    expect(answer).toMatchObject({ state: "complete", items: [] });
  });

  test("the Tagging API's answer is not proof: an item that no describe call confirms is gone", async () => {
    const answer = await given({
      "tagging GetResources": () => ({
        ResourceTagMappingList: [
          { ResourceARN: "arn:aws:rds:eu-west-1:111111111111:db:deleted", Tags: tags },
          { ResourceARN: "arn:aws:kms:eu-west-1:111111111111:key/pending", Tags: tags },
          { ResourceARN: "arn:aws:ec2:eu-west-1:111111111111:security-group-rule/sgr-1", Tags: tags },
        ],
      }),
      "kms DescribeKey": () => ({ KeyMetadata: { KeyId: "pending", KeyState: "PendingDeletion" } }),
    }).list();

    expect(answer).toMatchObject({ state: "complete", items: [] });
  });

  test("a tagged thing of a type without a direct call is reported by its ARN, and only reported", async () => {
    const arn = "arn:aws:ec2:eu-west-1:111111111111:network-acl/acl-1";
    const aws = given({
      "tagging GetResources": () => ({ ResourceTagMappingList: [{ ResourceARN: arn, Tags: tags }] }),
    });

    const items = seenIn(await aws.list());

    expect(items).toMatchObject([{ id: arn, kind: "arn:ec2:network-acl", runId }]);
    expect(await aws.remove(items[0]!)).toMatchObject({
      state: "denied",
      reason: expect.stringContaining(arn),
    });
  });

  test("a run is found by name if nothing has its label, and by containing resources", async () => {
    const cluster = namePrefix(runId);
    const answer = await given({
      "ec2 DescribeVpcs": () => ({ Vpcs: [{ VpcId: "vpc-1", Tags: [{ Key: "Name", Value: cluster }] }] }),
      "ec2 DescribeSubnets": () => ({
        Subnets: [
          { SubnetId: "subnet-1", VpcId: "vpc-1" },
          {
            SubnetId: "subnet-lent",
            VpcId: "vpc-of-others",
            Tags: [{ Key: `kubernetes.io/cluster/${cluster}`, Value: "shared" }],
          },
        ],
      }),
      "ec2 DescribeInstances": () => ({
        Reservations: [{ Instances: [{ InstanceId: "i-1", VpcId: "vpc-1", State: { Name: "running" } }] }],
      }),
      "ec2 DescribeVolumes": () => ({
        Volumes: [
          { VolumeId: "vol-1", Attachments: [{ InstanceId: "i-1" }] },
          { VolumeId: "vol-2", Attachments: [] },
        ],
      }),
    }).list();

    expect(seenIn(answer).map(({ name }) => name)).toEqual(["i-1", "vol-1", "subnet-1", cluster]);
    expect(seenIn(answer).every((item) => item.runId === runId)).toBe(true);
  });

  test("unlabelled things take expiry and keeping from their run's labelled ones, the longest of each", async () => {
    const label = (Key: string, Value: string) => ({ Key, Value });
    const answer = await given({
      "ec2 DescribeVpcs": () => ({
        Vpcs: [
          { VpcId: "vpc-1", Tags: [...tags, label("bench-expires", "200"), label("bench-managed", "cdktf")] },
          {
            VpcId: "vpc-2",
            Tags: [...tags, label("bench-expires", "100"), label("bench-managed", "manual")],
          },
        ],
      }),
      "logs DescribeLogGroups": () => ({
        logGroups: [{ logGroupName: `/aws/eks/${namePrefix(runId)}/cluster`, arn: "arn:aws:logs:x" }],
      }),
    }).list({});

    expect(seenIn(answer).find(({ kind }) => kind === "aws_cloudwatch_log_group")).toMatchObject({
      runId,
      labels: { "bench-managed": "manual", "bench-expires": "200" },
    });
  });

  test("an abort is thrown and is not an answer", async () => {
    const aws = given({});
    await expect(aws.inventory.list({}, AbortSignal.abort(new Error("deadline")))).rejects.toThrow(
      "deadline",
    );
  });
});

describe("remove", () => {
  const volume = { id: "aws_ebs_volume/vol-1", kind: "aws_ebs_volume" };

  test.each([
    ["InvalidVolume.NotFound", { state: "gone" }],
    ["VolumeInUse", { state: "in-use", reason: "VolumeInUse" }],
    ["DependencyViolation", { state: "in-use", reason: "DependencyViolation" }],
    ["UnauthorizedOperation", { state: "denied", reason: "UnauthorizedOperation" }],
    ["ExpiredToken", { state: "denied", reason: "ExpiredToken" }],
    ["RequestLimitExceeded", { state: "throttled", reason: "RequestLimitExceeded" }],
    ["InvalidParameterValue", { state: "failed", reason: "InvalidParameterValue" }],
    ["InternalError", { state: "failed", reason: "InternalError" }],
  ])("%s is reported by its meaning", async (code, outcome) => {
    const aws = given({ "ec2 DeleteVolume": () => refusal(code) });

    expect(await aws.remove(volume)).toEqual(outcome);
  });

  test("a resource that is still being deleted is in use, and is not deleted again", async () => {
    const aws = given({
      "ec2 DescribeNatGateways": () => ({ NatGateways: [{ NatGatewayId: "nat-1", State: "deleting" }] }),
      "ec2 TerminateInstances": () => ({
        TerminatingInstances: [{ PreviousState: { Name: "shutting-down" } }],
      }),
    });

    expect(await aws.remove({ id: "aws_nat_gateway/nat-1", kind: "aws_nat_gateway" })).toMatchObject({
      state: "in-use",
    });
    expect(await aws.remove({ id: "aws_instance/i-1", kind: "aws_instance" })).toMatchObject({
      state: "in-use",
    });
    expect(aws.count("ec2 DeleteNatGateway")).toBe(0);
  });

  test("a detachment that somebody else has done meanwhile does not stop the deletion", async () => {
    const aws = given({
      "ec2 DescribeInternetGateways": () => ({ InternetGateways: [{ Attachments: [{ VpcId: "vpc-1" }] }] }),
      "ec2 DetachInternetGateway": () => refusal("Gateway.NotAttached"),
      "ec2 DeleteInternetGateway": () => ({}),
    });

    expect(await aws.remove({ id: "aws_internet_gateway/igw-1", kind: "aws_internet_gateway" })).toEqual({
      state: "removed",
    });
  });

  test("an address waits for the gateway that holds it", async () => {
    const aws = given({
      "ec2 DescribeAddresses": () => ({
        Addresses: [{ AssociationId: "eipassoc-1", NetworkInterfaceId: "eni-1" }],
      }),
      "ec2 DescribeNetworkInterfaces": () => ({ NetworkInterfaces: [{ NetworkInterfaceId: "eni-1" }] }),
    });

    expect(await aws.remove({ id: "aws_eip/eipalloc-1", kind: "aws_eip" })).toEqual({
      state: "in-use",
      reason: "StillInUse: still associated with eni-1",
    });
  });

  test("an endpoint that AWS did not delete is not removed, although the call succeeded", async () => {
    const aws = given({
      "ec2 DeleteVpcEndpoints": () => ({
        Unsuccessful: [{ Error: { Code: "DependencyViolation", Message: "in use" } }],
      }),
    });

    expect(await aws.remove({ id: "aws_vpc_endpoint/vpce-1", kind: "aws_vpc_endpoint" })).toMatchObject({
      state: "in-use",
    });
  });

  test("a protected item is denied", async () => {
    const protectedBy = "Cannot delete protected DB Instance, please disable deletion protection";
    const aws = given({
      "rds DeleteDBInstance": () => refusal("InvalidParameterCombination", protectedBy),
    });

    expect(await aws.remove({ id: "aws_db_instance/db", kind: "aws_db_instance" })).toMatchObject({
      state: "denied",
    });
  });
});
