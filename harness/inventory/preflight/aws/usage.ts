import type { Instance } from "@aws-sdk/client-ec2";
import { pages } from "../../aws/pages.ts";
import type { AwsSession } from "../../aws/session.ts";

/** The part of a session that usage queries need. */
type Asked = Pick<AwsSession, "send">;

/** Families that share the quota of standard instances; `inf`, `hpc`, `mac` and others have their own. */
const STANDARD = /^(a|c|d|h|i|im|is|m|r|t|z)\d/;

/** Counts the vCPUs of running standard on-demand machines. */
export async function vcpusInUse(aws: Asked): Promise<number> {
  const { DescribeInstancesCommand } = await import("@aws-sdk/client-ec2");
  const running = [{ Name: "instance-state-name", Values: ["pending", "running"] }];
  let vcpus = 0;
  for await (const { Reservations = [] } of pages(
    aws,
    "ec2",
    (NextToken) => new DescribeInstancesCommand({ Filters: running, MaxResults: 1_000, NextToken }),
    ({ NextToken }) => NextToken,
  )) {
    for (const { Instances = [] } of Reservations)
      vcpus += Instances.reduce((sum, machine) => sum + vcpusOf(machine), 0);
  }
  return vcpus;
}

function vcpusOf({ InstanceType, InstanceLifecycle, CpuOptions }: Instance): number {
  // Spot machines have a separate quota.
  if (InstanceLifecycle !== undefined || !STANDARD.test(InstanceType ?? "")) return 0;
  return (CpuOptions?.CoreCount ?? 0) * (CpuOptions?.ThreadsPerCore ?? 1);
}

/** Counts the GiB of gp3 volumes, attached or not. */
export async function gp3InUse(aws: Asked): Promise<number> {
  const { DescribeVolumesCommand } = await import("@aws-sdk/client-ec2");
  const gp3 = [{ Name: "volume-type", Values: ["gp3"] }];
  let gib = 0;
  for await (const { Volumes = [] } of pages(
    aws,
    "ec2",
    (NextToken) => new DescribeVolumesCommand({ Filters: gp3, MaxResults: 500, NextToken }),
    ({ NextToken }) => NextToken,
  ))
    gib += Volumes.reduce((sum, { Size = 0 }) => sum + Size, 0);
  return gib;
}

/** Counts Elastic IP addresses, in use or reserved. */
export async function addressesInUse({ send }: Asked): Promise<number> {
  const { DescribeAddressesCommand } = await import("@aws-sdk/client-ec2");
  return ((await send("ec2", new DescribeAddressesCommand({}))).Addresses ?? []).length;
}

/** Counts VPCs, including the default one. */
export async function vpcsInUse(aws: Asked): Promise<number> {
  const { DescribeVpcsCommand } = await import("@aws-sdk/client-ec2");
  let count = 0;
  for await (const { Vpcs = [] } of pages(
    aws,
    "ec2",
    (NextToken) => new DescribeVpcsCommand({ MaxResults: 1_000, NextToken }),
    ({ NextToken }) => NextToken,
  ))
    count += Vpcs.length;
  return count;
}
