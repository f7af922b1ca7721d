import { awsFailureText } from "../../aws/failure.ts";
import { noOwner } from "../../sweep/owner-marker/owner-marker.ts";
import { type Check, type CheckOutcome, failedCheck, passed, skipped, unknown } from "../check.ts";
import { endOf, hoursOf } from "../context.ts";
import type { AwsContext } from "./context.ts";

/** Checks the identity and its account, which must be the pinned one. */
export const awsIdentityCheck: Check<AwsContext> = {
  name: "identity",
  fix: ({ project }) =>
    `sign in to account ${project}: aws sso login, or export AWS_PROFILE=<a profile of it>`,
  run: async ({ project, send }, signal) => {
    const { GetCallerIdentityCommand } = await import("@aws-sdk/client-sts");
    try {
      const { Account, Arn } = await send(signal)("sts", new GetCallerIdentityCommand({}));
      if (Account === project) {
        const found = passed(`${Arn ?? "an unnamed identity"} in account ${project}`);
        return Arn === undefined ? found : { ...found, callerArn: Arn };
      }
      return failedCheck(
        `the credentials belong to account ${Account ?? "unknown"}, but --account is ${project}`,
        `export AWS_PROFILE=<a profile of ${project}>, or another --account`,
      );
    } catch (error) {
      signal.throwIfAborted();
      return refusedOf(error);
    }
  },
};

/** Returns the finding for a failed call. A network failure does not mean that nobody is signed in. */
function refusedOf(error: unknown): CheckOutcome {
  const words = awsFailureText(error);
  if (
    !/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ECONNRESET|EHOSTUNREACH|ENETUNREACH|TimeoutError/.test(words)
  )
    return failedCheck(`not signed in: ${words}`);
  return failedCheck(
    `AWS could not be reached: ${words}`,
    "check this machine's network and HTTPS_PROXY, then repeat the command",
  );
}

/** Checks that the account's owner allows refbench. */
export const awsMarkerCheck: Check<AwsContext> = {
  name: "marker",
  fix: () => "aws iam create-account-alias --account-alias <name>-refbench-allowed",
  after: ["identity"],
  run: async ({ marker, project }, signal) => {
    if (marker === noOwner) return skipped("an emulated cloud has no owner to ask");
    const answer = await marker(signal);
    if (answer.state === "allowed") return passed(`account ${project} allows refbench`);
    const [what = answer.reason] = answer.reason.split(": if refbench may");
    return failedCheck(what);
  },
};

/** Checks the expiry. A role lasts an hour by default; credentials that expire before the teardown leave everything. */
export const awsCredentialCheck: Check<AwsContext> = {
  name: "credential",
  fix: () =>
    "export AWS_PROFILE=<a profile that assumes the role automatically>, or assume it for longer: aws sts assume-role --duration-seconds 43200",
  after: ["identity"],
  run: (context) => {
    const { credential, clock, neededMs } = context;
    if (credential.kind === "key") return Promise.resolve(passed("a key, which does not expire"));
    if (credential.kind === "renewing") {
      return Promise.resolve(
        passed(`renewed automatically (${credential.from}), as long as its source's session lasts`),
      );
    }
    if (credential.endsMs === undefined) {
      return Promise.resolve(
        unknown(
          `temporary credentials with unknown expiry; a run with its teardown takes at most ${hoursOf(neededMs)}`,
          "export AWS_CREDENTIAL_EXPIRATION=<their expiry>, as aws configure export-credentials --format env does",
        ),
      );
    }
    const found = `temporary credentials last ${hoursOf(credential.endsMs - clock.now())}; a run with its teardown takes at most ${hoursOf(neededMs)}`;
    return Promise.resolve(credential.endsMs >= endOf(context) ? passed(found) : failedCheck(found));
  },
};
