import { expect, test } from "vitest";
import type { AwsClient } from "../../../../../harness/inventory/aws/session.ts";
import { awsOwnerMarker } from "../../../../../harness/inventory/sweep/owner-marker/aws.ts";
import type { MarkerAnswer } from "../../../../../harness/inventory/sweep/owner-marker/owner-marker.ts";
import { fakeClock } from "../../../../support/fake-clock.ts";

const ACCOUNT = "123456789012";

/** Asks for the marker of an account that answers so. */
function ask(
  {
    aliases = [],
    roleTags,
    account = ACCOUNT,
  }: { aliases?: string[]; roleTags?: object[]; account?: string },
  env: NodeJS.ProcessEnv = {},
): Promise<MarkerAnswer> {
  const client: AwsClient = {
    send: (command) => {
      switch (command.constructor.name) {
        case "GetCallerIdentityCommand":
          return Promise.resolve({ Account: account });
        case "ListAccountAliasesCommand":
          return Promise.resolve({ AccountAliases: aliases });
        case "GetRoleCommand":
          if (roleTags !== undefined) return Promise.resolve({ Role: { Tags: roleTags } });
          return Promise.reject(Object.assign(new Error("no such role"), { name: "NoSuchEntityException" }));
        default:
          return Promise.reject(new Error(command.constructor.name));
      }
    },
  };
  const clients = (): Promise<AwsClient> => Promise.resolve(client);
  const options = { account: ACCOUNT, region: "us-east-1", env, clock: fakeClock(), clients };
  return awsOwnerMarker(options)(new AbortController().signal);
}

test.each([
  ["in its alias", { aliases: ["acme-refbench-allowed"] }],
  ["as a role", { aliases: ["acme"], roleTags: [{ Key: "refbench", Value: "allowed" }] }],
])("an account with the marker %s is allowed", async (_, answers) => {
  expect(await ask(answers)).toEqual({ state: "allowed" });
});

test.each([
  ["without marker", {}, "no alias"],
  ["with another alias", { aliases: ["acme-refbench-allowedly"] }, "without the word"],
  ["with a role of the name alone", { roleTags: [] }, "no role refbench-allowed tagged"],
  [
    "of another id",
    { aliases: ["x-refbench-allowed"], account: "999999999999" },
    "credentials belong to AWS account",
  ],
])("an account %s is refused", async (_, answers, words) => {
  expect(await ask(answers)).toMatchObject({ state: "refused", reason: expect.stringContaining(words) });
});

test("an emulated account has no owner to ask", async () => {
  expect(await ask({}, { AWS_ENDPOINT_URL: "http://127.0.0.1:5000" })).toEqual({ state: "allowed" });
});
