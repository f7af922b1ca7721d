import {
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetAccountAuthorizationDetailsCommand,
  ListAttachedRolePoliciesCommand,
  ListInstanceProfilesForRoleCommand,
  ListRolePoliciesCommand,
  RemoveRoleFromInstanceProfileCommand,
} from "@aws-sdk/client-iam";
import { must, since, tagsOf, unlessGone } from "../found.ts";
import type { KindCalls } from "../found.ts";
import { pages } from "../pages.ts";
import type { AwsSession } from "../session.ts";

/** Roles, except service-linked ones, which AWS creates once for an account and keeps. */
export const roles: KindCalls = {
  async *list(aws) {
    // The only call that lists roles with their tags. Asking for each role is throttled in a large account.
    for await (const { RoleDetailList } of pages(
      aws,
      "iam",
      (Marker) => new GetAccountAuthorizationDetailsCommand({ Filter: ["Role"], Marker, MaxItems: 1000 }),
      (page) => page.Marker,
    )) {
      for (const role of must(RoleDetailList, "RoleDetailList")) {
        if (role.Path?.startsWith("/aws-service-role/") === true) continue;
        const native = must(role.RoleName, "RoleName");
        yield {
          kind: "aws_iam_role",
          native,
          name: native,
          tags: tagsOf(role.Tags),
          livesIn: [],
          ...since(role.CreateDate),
        };
      }
    }
  },
  async remove(aws, RoleName) {
    await leaveProfiles(aws, RoleName);
    await detachPolicies(aws, RoleName);
    await deleteInlinePolicies(aws, RoleName);
    await aws.send("iam", new DeleteRoleCommand({ RoleName }));
  },
};

async function leaveProfiles(aws: AwsSession, RoleName: string): Promise<void> {
  for await (const { InstanceProfiles } of pages(
    aws,
    "iam",
    (Marker) => new ListInstanceProfilesForRoleCommand({ RoleName, Marker }),
    (page) => page.Marker,
  )) {
    for (const { InstanceProfileName } of InstanceProfiles ?? [])
      await unlessGone(
        aws.send("iam", new RemoveRoleFromInstanceProfileCommand({ RoleName, InstanceProfileName })),
      );
  }
}

async function detachPolicies(aws: AwsSession, RoleName: string): Promise<void> {
  for await (const { AttachedPolicies } of pages(
    aws,
    "iam",
    (Marker) => new ListAttachedRolePoliciesCommand({ RoleName, Marker }),
    (page) => page.Marker,
  )) {
    for (const { PolicyArn } of AttachedPolicies ?? [])
      await unlessGone(aws.send("iam", new DetachRolePolicyCommand({ RoleName, PolicyArn })));
  }
}

async function deleteInlinePolicies(aws: AwsSession, RoleName: string): Promise<void> {
  for await (const { PolicyNames } of pages(
    aws,
    "iam",
    (Marker) => new ListRolePoliciesCommand({ RoleName, Marker }),
    (page) => page.Marker,
  )) {
    for (const PolicyName of PolicyNames ?? [])
      await unlessGone(aws.send("iam", new DeleteRolePolicyCommand({ RoleName, PolicyName })));
  }
}
