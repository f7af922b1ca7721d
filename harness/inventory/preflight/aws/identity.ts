import { awsFailureText } from "../../aws/failure.ts";
import { noOwner } from "../../sweep/owner-marker/owner-marker.ts";
import { type Check, type CheckOutcome, failed, passed, skipped, unknown } from "../check.ts";
import { endOf, hoursOf } from "../context.ts";
import type { AwsContext } from "./context.ts";

/** Who asks and in which account: the pinned one, or nothing is asked of it. */
export const awsIdentityCheck: Check<AwsContext> = {
  name: "identity",
  fix: ({ project }) =>
    `sign in to account ${project}: aws sso login, or export AWS_PROFILE=<a profile of it>`,
  run: async ({ project, send }, signal) => {
    const { GetCallerIdentityCommand } = await import("@aws-sdk/client-sts");
    try {
      const { Account, Arn } = await send(signal)("sts", new GetCallerIdentityCommand({}));
      if (Account === project) {
        const found = passed(`${Arn ?? "an identity without a name"} in account ${project}`);
        return Arn === undefined ? found : { ...found, callerArn: Arn };
      }
      return failed(
        `the credentials are of account ${Account ?? "unknown"}, and --account is ${project}`,
        `export AWS_PROFILE=<a profile of ${project}>, or another --account`,
      );
    } catch (error) {
      signal.throwIfAborted();
      return refusedOf(error);
    }
  },
};

/** A network that fails says nothing of who is signed in. */
function refusedOf(error: unknown): CheckOutcome {
  const words = awsFailureText(error);
  if (
    !/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ECONNRESET|EHOSTUNREACH|ENETUNREACH|TimeoutError/.test(words)
  )
    return failed(`nobody is signed in: ${words}`);
  return failed(
    `AWS was not reached: ${words}`,
    "check this machine's network and HTTPS_PROXY, then give the command again",
  );
}

/** The owner's leave to create and remove things there. */
export const awsMarkerCheck: Check<AwsContext> = {
  name: "marker",
  fix: () => "aws iam create-account-alias --account-alias <name>-refbench-allowed",
  after: ["identity"],
  run: async ({ marker, project }, signal) => {
    if (marker === noOwner) return skipped("an emulated cloud has no owner to ask");
    const answer = await marker(signal);
    if (answer.state === "allowed") return passed(`account ${project} allows refbench`);
    const [what = answer.reason] = answer.reason.split(": if refbench may");
    return failed(what);
  },
};

/** A role lasts an hour by default: credentials that end before the teardown does leave everything behind. */
export const awsCredentialCheck: Check<AwsContext> = {
  name: "credential",
  fix: () =>
    "export AWS_PROFILE=<a profile that assumes the role by itself>, or assume it for longer: aws sts assume-role --duration-seconds 43200",
  after: ["identity"],
  run: (context) => {
    const { credential, clock, neededMs } = context;
    if (credential.kind === "key") return Promise.resolve(passed("a key, which does not end by itself"));
    if (credential.kind === "renewing") {
      return Promise.resolve(
        passed(`renews itself (${credential.from}), for as long as its source's session lasts`),
      );
    }
    if (credential.endsMs === undefined) {
      return Promise.resolve(
        unknown(
          `temporary credentials that do not say when they end; a run with its teardown takes up to ${hoursOf(neededMs)}`,
          "export AWS_CREDENTIAL_EXPIRATION=<when they end>, as aws configure export-credentials --format env does",
        ),
      );
    }
    const found = `temporary credentials last ${hoursOf(credential.endsMs - clock.now())}, a run with its teardown up to ${hoursOf(neededMs)}`;
    return Promise.resolve(credential.endsMs >= endOf(context) ? passed(found) : failed(found));
  },
};
