import {
  DeleteSecurityGroupCommand,
  DescribeSecurityGroupsCommand,
  RevokeSecurityGroupEgressCommand,
  RevokeSecurityGroupIngressCommand,
} from "@aws-sdk/client-ec2";
import type { IpPermission } from "@aws-sdk/client-ec2";
import { classOf } from "../failure.ts";
import { ids, must, tagsOf, unlessGone } from "../found.ts";
import type { KindCalls } from "../found.ts";
import { pages } from "../pages.ts";
import type { AwsSession } from "../session.ts";

/** Security groups, except a VPC's default one, which is deleted with the VPC. */
export const securityGroups: KindCalls = {
  async *list(aws) {
    for await (const { SecurityGroups } of pages(
      aws,
      "ec2",
      (NextToken) => new DescribeSecurityGroupsCommand({ NextToken, MaxResults: 1000 }),
      (page) => page.NextToken,
    )) {
      for (const group of must(SecurityGroups, "SecurityGroups")) {
        if (group.GroupName === "default") continue;
        const native = must(group.GroupId, "GroupId");
        const name = group.GroupName ?? native;
        const cluster = /^eks-cluster-sg-(.+)-\d+$/.exec(name)?.[1];
        yield {
          kind: "aws_security_group",
          native,
          name,
          tags: tagsOf(group.Tags),
          livesIn: ids(group.VpcId),
          ...(cluster !== undefined && { namedForCluster: cluster }),
        };
      }
    }
  },
  async remove(aws, GroupId) {
    try {
      await aws.send("ec2", new DeleteSecurityGroupCommand({ GroupId }));
    } catch (error) {
      if (classOf(error) !== "in-use" || !(await forgetOtherGroups(aws, GroupId))) throw error;
      await aws.send("ec2", new DeleteSecurityGroupCommand({ GroupId }));
    }
  },
};

/** Removes the rules that name groups. Two groups that name each other cannot be deleted before. */
async function forgetOtherGroups(aws: AwsSession, GroupId: string): Promise<boolean> {
  const { SecurityGroups } = await aws.send(
    "ec2",
    new DescribeSecurityGroupsCommand({ GroupIds: [GroupId] }),
  );
  const group = SecurityGroups?.[0];
  const ingress = namingGroups(group?.IpPermissions);
  const egress = namingGroups(group?.IpPermissionsEgress);
  if (ingress.length > 0)
    await unlessGone(
      aws.send("ec2", new RevokeSecurityGroupIngressCommand({ GroupId, IpPermissions: ingress })),
    );
  if (egress.length > 0)
    await unlessGone(
      aws.send("ec2", new RevokeSecurityGroupEgressCommand({ GroupId, IpPermissions: egress })),
    );
  return ingress.length + egress.length > 0;
}

function namingGroups(permissions: readonly IpPermission[] | undefined): IpPermission[] {
  return (permissions ?? [])
    .filter(({ UserIdGroupPairs }) => (UserIdGroupPairs ?? []).length > 0)
    .map(({ IpProtocol, FromPort, ToPort, UserIdGroupPairs }) => ({
      IpProtocol,
      FromPort,
      ToPort,
      UserIdGroupPairs: UserIdGroupPairs?.map(({ GroupId, UserId }) => ({ GroupId, UserId })),
    }));
}
