import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { RefbenchError } from "../../tools/error.ts";
import type { AwsSession } from "./session.ts";

/** Throws unless the credentials belong to the expected account, so that nothing is listed or removed in another. */
export async function assertAccount(aws: Pick<AwsSession, "account" | "send">): Promise<void> {
  const { Account } = await aws.send("sts", new GetCallerIdentityCommand({}));
  if (Account === aws.account) return;
  throw new RefbenchError(
    "inventory",
    `the credentials belong to AWS account ${Account ?? "unknown"}, expected ${aws.account}: sign in to that account, or set AWS_PROFILE to it`,
  );
}
