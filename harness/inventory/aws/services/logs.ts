import { DeleteLogGroupCommand, DescribeLogGroupsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { must, since, type KindCalls, type KindsOf } from "../found.ts";
import { pages } from "../pages.ts";

/**
 * Log groups. A cluster's late lines create them again without tags after their deletion; then their name identifies
 * them.
 */
const logGroups: KindCalls = {
  async *list(aws) {
    const tags = new Map(aws.hits.map((hit) => [hit.arn, hit.tags]));
    for await (const { logGroups: groups } of pages(
      aws,
      "logs",
      (nextToken) => new DescribeLogGroupsCommand({ nextToken, limit: 50 }),
      (page) => page.nextToken,
    )) {
      for (const group of must(groups, "logGroups")) {
        const native = must(group.logGroupName, "logGroupName");
        const arn = (group.logGroupArn ?? group.arn ?? "").replace(/:\*$/, "");
        const cluster = /^\/aws\/(?:eks|containerinsights)\/([^/]+)\//.exec(native)?.[1];
        yield {
          kind: "aws_cloudwatch_log_group",
          native,
          name: native,
          // The list has no tags, and reading them for each group is throttled. The Tagging API has them.
          tags: tags.get(arn) ?? {},
          livesIn: [],
          ...(cluster !== undefined && { namedForCluster: cluster }),
          ...since(group.creationTime === undefined ? undefined : new Date(group.creationTime)),
        };
      }
    }
  },
  async remove(aws, logGroupName) {
    await aws.send("logs", new DeleteLogGroupCommand({ logGroupName }));
  },
};

export const logsCalls: KindsOf<"logs"> = { aws_cloudwatch_log_group: logGroups };
