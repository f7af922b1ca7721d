import {
  DeleteLoadBalancerCommand,
  DeleteTargetGroupCommand,
  DescribeLoadBalancersCommand,
  DescribeTagsCommand,
  DescribeTargetGroupsCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { ids, must, since, tagsOf, type KindCalls, type KindsOf } from "../found.ts";
import { batches, pages } from "../pages.ts";
import type { AwsSession } from "../session.ts";

/** The maximum number of ARNs in one call for tags. */
const TAG_BATCH = 20;

const loadBalancers: KindCalls = {
  async *list(aws) {
    for await (const { LoadBalancers } of pages(
      aws,
      "elbv2",
      (Marker) => new DescribeLoadBalancersCommand({ Marker, PageSize: 400 }),
      (page) => page.NextMarker,
    )) {
      const balancers = must(LoadBalancers, "LoadBalancers");
      const tags = await tagsByArn(
        aws,
        balancers.map(({ LoadBalancerArn }) => must(LoadBalancerArn, "LoadBalancerArn")),
      );
      for (const balancer of balancers) {
        const native = must(balancer.LoadBalancerArn, "LoadBalancerArn");
        yield {
          kind: "aws_lb",
          native,
          name: balancer.LoadBalancerName ?? native,
          tags: tags.get(native) ?? {},
          livesIn: ids(balancer.VpcId),
          ...since(balancer.CreatedTime),
        };
      }
    }
  },
  async remove(aws, LoadBalancerArn) {
    await aws.send("elbv2", new DeleteLoadBalancerCommand({ LoadBalancerArn }));
  },
};

const targetGroups: KindCalls = {
  async *list(aws) {
    for await (const { TargetGroups } of pages(
      aws,
      "elbv2",
      (Marker) => new DescribeTargetGroupsCommand({ Marker, PageSize: 400 }),
      (page) => page.NextMarker,
    )) {
      const groups = must(TargetGroups, "TargetGroups");
      const tags = await tagsByArn(
        aws,
        groups.map(({ TargetGroupArn }) => must(TargetGroupArn, "TargetGroupArn")),
      );
      for (const group of groups) {
        const native = must(group.TargetGroupArn, "TargetGroupArn");
        yield {
          kind: "aws_lb_target_group",
          native,
          name: group.TargetGroupName ?? native,
          tags: tags.get(native) ?? {},
          livesIn: ids(group.VpcId),
        };
      }
    }
  },
  async remove(aws, TargetGroupArn) {
    await aws.send("elbv2", new DeleteTargetGroupCommand({ TargetGroupArn }));
  },
};

async function tagsByArn(aws: AwsSession, arns: readonly string[]) {
  const tags = new Map<string, Record<string, string>>();
  for (const ResourceArns of batches(arns, TAG_BATCH)) {
    const { TagDescriptions } = await aws.send("elbv2", new DescribeTagsCommand({ ResourceArns }));
    for (const { ResourceArn, Tags } of must(TagDescriptions, "TagDescriptions"))
      if (ResourceArn !== undefined) tags.set(ResourceArn, tagsOf(Tags));
  }
  return tags;
}

export const loadBalancingCalls: KindsOf<"load-balancing"> = {
  aws_lb: loadBalancers,
  aws_lb_target_group: targetGroups,
};
