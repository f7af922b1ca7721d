import { sdkClients } from "../../aws/clients.ts";
import { classOf, awsFailureText } from "../../aws/failure.ts";
import { patientSend, type AwsClient, type AwsService } from "../../aws/session.ts";
import type { Clock } from "../../../tools/time/clock.ts";
import { ALLOWED, MARKER, noOwner, type OwnerMarker } from "./owner-marker.ts";

const WORD = `${MARKER}-${ALLOWED}`;
/** Aliases are unique in all of AWS, so the word is part of a longer one: `acme-refbench-allowed`. */
const IN_ALIAS = new RegExp(`(^|-)${WORD}(-|$)`);

export interface AwsOwnerMarkerOptions {
  readonly account: string;
  readonly region: string;
  readonly env: NodeJS.ProcessEnv;
  readonly clock: Clock;
  /** @default the real SDK, as `env` configures it */
  readonly clients?: (service: AwsService) => Promise<AwsClient>;
}

/**
 * Checks for the word `refbench-allowed` in the account's alias. An account has only one alias, so an IAM role of that
 * name with the tag `refbench=allowed` also counts.
 */
export function awsOwnerMarker(options: AwsOwnerMarkerOptions): OwnerMarker {
  const { account, region, env, clock, clients } = options;
  if (isEmulated(env)) return noOwner;
  return async (signal) => {
    const send = patientSend({ client: clients ?? sdkClients(region, env), clock, signal });
    try {
      // The marker and the resources must belong to one account.
      const { assertAccount } = await import("../../aws/identity.ts");
      await assertAccount({ account, send });
      const { GetRoleCommand, ListAccountAliasesCommand } = await import("@aws-sdk/client-iam");
      const { AccountAliases = [] } = await send("iam", new ListAccountAliasesCommand({}));
      if (AccountAliases.some((alias) => IN_ALIAS.test(alias))) return { state: "allowed" };
      const role = await send("iam", new GetRoleCommand({ RoleName: WORD })).catch((error: unknown) => {
        if (classOf(error) === "gone") return undefined;
        throw error;
      });
      const tags = role?.Role?.Tags ?? [];
      if (tags.some(({ Key, Value }) => Key === MARKER && Value === ALLOWED)) return { state: "allowed" };
      const alias = AccountAliases.length === 0 ? "no alias" : `the alias ${AccountAliases.join(", ")}`;
      return {
        state: "refused",
        reason: `AWS account ${account} has ${alias}, without the word ${WORD}, and no role ${WORD} tagged ${MARKER}=${ALLOWED}: if refbench may remove resources there, the account's owner creates one of them, such as "aws iam create-account-alias --account-alias <name>-${WORD}"`,
      };
    } catch (error) {
      signal.throwIfAborted();
      return {
        state: "refused",
        reason: `cannot read the owner's marker of AWS account ${account}: ${awsFailureText(error)}`,
      };
    }
  };
}

/** Whether one endpoint serves all services. With an endpoint for a single service, the others are the real AWS. */
function isEmulated(env: NodeJS.ProcessEnv): boolean {
  return (env["AWS_ENDPOINT_URL"] ?? "") !== "" && env["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] !== "true";
}
