import {
  DeleteInstanceProfileCommand,
  DeleteOpenIDConnectProviderCommand,
  DeletePolicyCommand,
  DeletePolicyVersionCommand,
  GetInstanceProfileCommand,
  GetOpenIDConnectProviderCommand,
  ListInstanceProfilesCommand,
  ListOpenIDConnectProvidersCommand,
  ListPoliciesCommand,
  ListPolicyTagsCommand,
  ListPolicyVersionsCommand,
  RemoveRoleFromInstanceProfileCommand,
} from "@aws-sdk/client-iam";
import { must, since, tagsOf, unlessGone, type KindCalls, type KindsOf } from "../found.ts";
import { pages } from "../pages.ts";
import { roles } from "./iam-roles.ts";

const instanceProfiles: KindCalls = {
  async *list(aws) {
    for await (const { InstanceProfiles } of pages(
      aws,
      "iam",
      (Marker) => new ListInstanceProfilesCommand({ Marker, MaxItems: 1000 }),
      (page) => page.Marker,
    )) {
      for (const { InstanceProfileName } of must(InstanceProfiles, "InstanceProfiles")) {
        const native = must(InstanceProfileName, "InstanceProfileName");
        // The list has no tags, despite its type.
        const answer = await unlessGone(
          aws.send("iam", new GetInstanceProfileCommand({ InstanceProfileName: native })),
        );
        const profile = answer?.InstanceProfile;
        if (profile === undefined) continue;
        yield {
          kind: "aws_iam_instance_profile",
          native,
          name: native,
          tags: tagsOf(profile.Tags),
          livesIn: [],
          ...since(profile.CreateDate),
        };
      }
    }
  },
  async remove(aws, InstanceProfileName) {
    const { InstanceProfile } = await aws.send("iam", new GetInstanceProfileCommand({ InstanceProfileName }));
    for (const { RoleName } of InstanceProfile?.Roles ?? [])
      await unlessGone(
        aws.send("iam", new RemoveRoleFromInstanceProfileCommand({ InstanceProfileName, RoleName })),
      );
    await aws.send("iam", new DeleteInstanceProfileCommand({ InstanceProfileName }));
  },
};

/** Policies of the account, without AWS's own. */
const policies: KindCalls = {
  async *list(aws) {
    for await (const { Policies } of pages(
      aws,
      "iam",
      (Marker) => new ListPoliciesCommand({ Scope: "Local", Marker, MaxItems: 1000 }),
      (page) => page.Marker,
    )) {
      for (const policy of must(Policies, "Policies")) {
        const native = must(policy.Arn, "Arn");
        const answer = await unlessGone(
          aws.send("iam", new ListPolicyTagsCommand({ PolicyArn: native, MaxItems: 100 })),
        );
        if (answer === undefined) continue;
        yield {
          kind: "aws_iam_policy",
          native,
          name: policy.PolicyName ?? native,
          tags: tagsOf(answer.Tags),
          livesIn: [],
          ...since(policy.CreateDate),
        };
      }
    }
  },
  async remove(aws, PolicyArn) {
    for await (const { Versions } of pages(
      aws,
      "iam",
      (Marker) => new ListPolicyVersionsCommand({ PolicyArn, Marker }),
      (page) => page.Marker,
    )) {
      for (const { VersionId, IsDefaultVersion } of Versions ?? [])
        if (IsDefaultVersion !== true)
          await unlessGone(aws.send("iam", new DeletePolicyVersionCommand({ PolicyArn, VersionId })));
    }
    await aws.send("iam", new DeletePolicyCommand({ PolicyArn }));
  },
};

/**
 * Identity providers that let pods of a cluster assume roles. They are named by the cluster's issuer without a run,
 * so they are found by tags.
 */
const oidcProviders: KindCalls = {
  async *list(aws) {
    const { OpenIDConnectProviderList } = await aws.send("iam", new ListOpenIDConnectProvidersCommand({}));
    for (const { Arn } of must(OpenIDConnectProviderList, "OpenIDConnectProviderList")) {
      const native = must(Arn, "Arn");
      const provider = await unlessGone(
        aws.send("iam", new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: native })),
      );
      if (provider === undefined) continue;
      yield {
        kind: "aws_iam_openid_connect_provider",
        native,
        name: provider.Url ?? native,
        tags: tagsOf(provider.Tags),
        livesIn: [],
        ...since(provider.CreateDate),
      };
    }
  },
  async remove(aws, OpenIDConnectProviderArn) {
    await aws.send("iam", new DeleteOpenIDConnectProviderCommand({ OpenIDConnectProviderArn }));
  },
};

export const iamCalls: KindsOf<"iam"> = {
  aws_iam_instance_profile: instanceProfiles,
  aws_iam_openid_connect_provider: oidcProviders,
  aws_iam_policy: policies,
  aws_iam_role: roles,
};
