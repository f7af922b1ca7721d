import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { seenIn } from "../../../../harness/model/ports/listing.ts";
import { awsInventory } from "../../../../harness/inventory/aws/inventory.ts";
import { AWS_KIND_NAMES } from "../../../../harness/inventory/aws/kinds.ts";
import type { Inventory, InventoryItem } from "../../../../harness/model/ports/inventory.ts";
import { namePrefix, newRunId } from "../../../../harness/model/run-id.ts";
import { fakeClock } from "../../../support/fake-clock.ts";
import { MOTO_ACCOUNT, MOTO_REGION, motoIsInstalled, startMoto } from "./moto.ts";
import type { Moto } from "./moto.ts";
import { makeDatabase, makeNetwork, makePlatform, makers, makeUntagged, pairs, runTags } from "./seed.ts";
import type { Makers } from "./seed.ts";

/** Kinds that this emulator cannot make, or that the world of the test has none of. */
const NOT_MADE = ["aws_db_snapshot", "aws_db_instance_automated_backup", "aws_ebs_snapshot"];

/** A background deletion takes one pass, and so does each deletion that waits for it. */
const MOST_PASSES = 6;

const signal = new AbortController().signal;

describe.skipIf(!motoIsInstalled())("with the real SDK and an emulated AWS", () => {
  let moto: Moto;
  let make: Makers;
  let inventory: Inventory;

  beforeAll(async () => {
    moto = await startMoto();
    make = makers(moto);
  });
  afterAll(async () => {
    await moto[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    await moto.reset();
    inventory = awsInventory({
      account: MOTO_ACCOUNT,
      region: MOTO_REGION,
      env: moto.env,
      clock: fakeClock(),
    });
  });

  async function items(query: { readonly runId?: string }): Promise<readonly InventoryItem[]> {
    const answer = await inventory.list(query, signal);
    if (answer.state === "failed") expect(answer.reason).toBe("");
    return seenIn(answer);
  }

  /** Removes in the order of the list, pass after pass; says what refuses when a pass removes nothing. */
  async function empty(runId: string): Promise<readonly string[]> {
    let refused: string[] = [];
    for (let pass = 1; pass <= MOST_PASSES; pass += 1) {
      const left = await items({ runId });
      if (left.length === 0) return [];
      refused = [];
      for (const item of left) {
        const outcome = await inventory.remove(item, signal);
        if ("reason" in outcome)
          refused.push(`${item.kind} ${item.name}: ${outcome.state}: ${outcome.reason}`);
      }
      if (refused.length === left.length) return refused;
    }
    return [`not empty after ${MOST_PASSES} passes`, ...refused];
  }

  test("everything of a run is found, tagged or not, and removing it in order empties the account", async () => {
    const runId = newRunId();
    const network = await makeNetwork(make, runId);
    await makePlatform(make, runId, network);
    await makeUntagged(make, runId, network);

    const found = await items({ runId });

    const kinds = new Set(found.map(({ kind }) => kind));
    expect(AWS_KIND_NAMES.filter((kind) => !kinds.has(kind))).toEqual(NOT_MADE);
    expect(found.map(({ runId: of }) => of)).toEqual(found.map(() => runId));
    expect(found.filter((item) => item.madeByController).map(({ kind }) => kind)).toEqual([
      "aws_lb",
      "aws_elb",
      "aws_lb_target_group",
      "aws_ebs_volume",
      "aws_security_group",
    ]);
    expect(found.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        "/refbench/flow",
        `/aws/eks/${namePrefix(runId)}/cluster`,
        `eks-cluster-sg-${namePrefix(runId)}-1234567890`,
      ]),
    );
    expect(await empty(runId)).toEqual([]);
  });

  test("a database that a killed Terraform left in no state is found and removed", async () => {
    const runId = newRunId();
    await makeDatabase(make, runId);

    expect(await items({ runId })).toMatchObject([
      { kind: "aws_db_instance", name: `${namePrefix(runId)}-db`, runId },
    ]);
    expect(await empty(runId)).toEqual([]);
  });

  test("items of another run, or without a label of refbench, stay", async () => {
    const [mine, other] = [newRunId(), newRunId()];
    const { VpcId } = await makeNetwork(make, mine);
    await make.ec2.createSecurityGroup({
      VpcId,
      GroupName: "other",
      Description: "of another run, in the VPC of this one",
      TagSpecifications: [{ ResourceType: "security-group", Tags: pairs(runTags(other)) }],
    });
    await make.ec2.createVolume({ AvailabilityZone: `${MOTO_REGION}a`, Size: 10 });
    await make.logs.createLogGroup({ logGroupName: "/workbench-production" });

    expect(await empty(mine)).toEqual([]);

    expect((await items({ runId: other })).map(({ name }) => name)).toEqual(["other"]);
    const groups = await make.ec2.describeSecurityGroups({
      Filters: [{ Name: "group-name", Values: ["other"] }],
    });
    expect(groups.SecurityGroups).toHaveLength(1);
    expect((await make.ec2.describeVolumes({})).Volumes).toHaveLength(1);
    expect((await make.logs.describeLogGroups({})).logGroups).toHaveLength(1);
  });

  test("a manual environment is listed as such, its untagged parts too", async () => {
    const runId = newRunId();
    const { Vpc } = await make.ec2.createVpc({
      CidrBlock: "10.0.0.0/16",
      TagSpecifications: [{ ResourceType: "vpc", Tags: pairs(runTags(runId, "manual")) }],
    });
    await make.ec2.createSubnet({ VpcId: Vpc!.VpcId, CidrBlock: "10.0.0.0/24" });

    const found = await items({});

    expect(found.map(({ kind, runId: of, labels }) => [kind, of, labels["bench-managed"]])).toEqual([
      ["aws_subnet", runId, "manual"],
      ["aws_vpc", runId, "manual"],
    ]);
  });

  test("terminated instances, and keys that wait for their deletion, do not count as remaining", async () => {
    const runId = newRunId();
    const { KeyMetadata } = await make.kms.createKey({
      Tags: Object.entries(runTags(runId)).map(([TagKey, TagValue]) => ({ TagKey, TagValue })),
    });
    const { Instances } = await make.ec2.runInstances({
      ImageId: "ami-12c6146b",
      MinCount: 1,
      MaxCount: 1,
      TagSpecifications: [{ ResourceType: "instance", Tags: pairs(runTags(runId)) }],
    });
    expect((await items({ runId })).map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(["aws_instance", "aws_kms_key"]),
    );

    await make.kms.scheduleKeyDeletion({ KeyId: KeyMetadata!.KeyId });
    await make.ec2.terminateInstances({ InstanceIds: [Instances![0]!.InstanceId!] });

    expect(await items({ runId })).toEqual([]);
  });

  test("credentials of another account are reported and that account is not asked", async () => {
    const runId = newRunId();
    await makeDatabase(make, runId);
    const elsewhere = awsInventory({ account: "999999999999", region: MOTO_REGION, env: moto.env });
    const [database] = await items({ runId });

    const answer = await elsewhere.list({ runId }, signal);

    expect(answer).toMatchObject({ state: "failed", partial: [] });
    expect(answer.state === "failed" && answer.reason).toContain(MOTO_ACCOUNT);
    expect(await elsewhere.remove(database!, signal)).toMatchObject({ state: "denied" });
    expect(await items({ runId })).toHaveLength(1);
  });
});
