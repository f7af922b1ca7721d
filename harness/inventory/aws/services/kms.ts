import { DescribeKeyCommand, ScheduleKeyDeletionCommand } from "@aws-sdk/client-kms";
import { parseArn } from "../arn.ts";
import { must, since, unlessGone, type KindCalls, type KindsOf } from "../found.ts";

/** The shortest wait that AWS allows. A key that waits for its deletion costs nothing. */
const WAIT_DAYS = 7;

/**
 * Keys with our tags, each confirmed, without those that wait for their deletion. Other keys are not read, because a
 * key's own policy may hide it even from the account's owner.
 */
const keys: KindCalls = {
  async *list(aws) {
    for (const { arn, tags } of aws.hits) {
      if (parseArn(arn)?.type !== "kms:key") continue;
      const key = (await unlessGone(aws.send("kms", new DescribeKeyCommand({ KeyId: arn }))))?.KeyMetadata;
      if (key === undefined || key.KeyState?.startsWith("Pending") === true) continue;
      yield {
        kind: "aws_kms_key",
        native: must(key.KeyId, "KeyId"),
        name: tags["Name"] ?? must(key.KeyId, "KeyId"),
        tags,
        livesIn: [],
        ...since(key.CreationDate),
      };
    }
  },
  async remove(aws, KeyId) {
    await aws.send("kms", new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: WAIT_DAYS }));
  },
};

export const kmsCalls: KindsOf<"kms"> = { aws_kms_key: keys };
