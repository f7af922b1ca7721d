import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { callsOf } from "../../../../harness/inventory/aws/kind-calls.ts";
import { AWS_KIND_NAMES, isListedArnType, removalRank } from "../../../../harness/inventory/aws/kinds.ts";
import type { AwsKindName } from "../../../../harness/inventory/aws/kinds.ts";

const source = join(import.meta.dirname, "../../../../harness/inventory/aws");

test("every kind of the table has a direct list call and a delete call", async () => {
  for (const kind of AWS_KIND_NAMES) {
    const calls = await callsOf(kind);
    expect([kind, typeof calls.list, typeof calls.remove]).toEqual([kind, "function", "function"]);
  }
});

test.each<[AwsKindName, AwsKindName]>([
  ["aws_eks_node_group", "aws_eks_cluster"],
  ["aws_autoscaling_group", "aws_instance"],
  ["aws_lb", "aws_lb_target_group"],
  ["aws_lb", "aws_security_group"],
  ["aws_nat_gateway", "aws_eip"],
  ["aws_nat_gateway", "aws_subnet"],
  ["aws_db_instance", "aws_db_subnet_group"],
  ["aws_network_interface", "aws_security_group"],
  ["aws_security_group", "aws_vpc"],
  ["aws_subnet", "aws_route_table"],
  ["aws_internet_gateway", "aws_vpc"],
  ["aws_iam_instance_profile", "aws_iam_role"],
  ["aws_iam_role", "aws_iam_policy"],
  ["aws_eks_cluster", "aws_cloudwatch_log_group"],
])("%s is removed before %s", (first, second) => {
  expect(removalRank(first)).toBeLessThan(removalRank(second));
});

test("kinds that no direct call lists come last", () => {
  expect(removalRank("arn:ec2:network-acl")).toBeGreaterThan(Math.max(...AWS_KIND_NAMES.map(removalRank)));
});

test("a part is answered for by what it is part of, and a stranger by nothing", () => {
  expect(isListedArnType("eks:addon")).toBe(true);
  expect(isListedArnType("ec2:network-acl")).toBe(false);
});

test("a run that never asks AWS loads none of its SDK", async () => {
  const program = `
    import { createRequire } from "node:module";
    const { awsInventory } = await import("${source}/inventory.ts");
    await import("${source}/kinds.ts");
    awsInventory({ account: "111111111111", region: "us-east-1" });
    const loaded = Object.keys(createRequire("${source}/x.js").cache);
    console.log(JSON.stringify(loaded.filter((file) => file.includes("@aws-sdk"))));
  `;
  const { stdout } = await promisify(execFile)(process.execPath, [
    "--import",
    "tsx",
    "--input-type=module",
    "-e",
    program,
  ]);

  expect(JSON.parse(stdout)).toEqual([]);
});
