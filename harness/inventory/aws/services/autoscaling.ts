import {
  DeleteAutoScalingGroupCommand,
  DescribeAutoScalingGroupsCommand,
} from "@aws-sdk/client-auto-scaling";
import { must, since, tagsOf, type KindCalls, type KindsOf } from "../found.ts";
import { StillInUseError } from "../failure.ts";
import { pages } from "../pages.ts";

/** Autoscaling groups, which replace every instance that is terminated before them. */
const groups: KindCalls = {
  async *list(aws) {
    for await (const { AutoScalingGroups } of pages(
      aws,
      "autoscaling",
      (NextToken) => new DescribeAutoScalingGroupsCommand({ NextToken, MaxRecords: 100 }),
      (page) => page.NextToken,
    )) {
      for (const group of must(AutoScalingGroups, "AutoScalingGroups")) {
        const native = must(group.AutoScalingGroupName, "AutoScalingGroupName");
        yield {
          kind: "aws_autoscaling_group",
          native,
          name: native,
          tags: tagsOf(group.Tags),
          livesIn: [],
          ...since(group.CreatedTime),
        };
      }
    }
  },
  async remove(aws, AutoScalingGroupName) {
    const { AutoScalingGroups } = await aws.send(
      "autoscaling",
      new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [AutoScalingGroupName] }),
    );
    if (AutoScalingGroups?.[0]?.Status !== undefined) throw new StillInUseError("it is still being deleted");
    await aws.send(
      "autoscaling",
      new DeleteAutoScalingGroupCommand({ AutoScalingGroupName, ForceDelete: true }),
    );
  },
};

export const autoscalingCalls: KindsOf<"autoscaling"> = { aws_autoscaling_group: groups };
