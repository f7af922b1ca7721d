import { IamOpenidConnectProvider } from "@cdktf/provider-aws/lib/iam-openid-connect-provider/index.js";
import { Fn } from "cdktf";
import { Construct } from "constructs";
import type { Environment } from "../environment.ts";
import { Role } from "./role.ts";

/** The service account of the disk driver's controller, as named in its chart. */
const ACCOUNT = "system:serviceaccount:kube-system:ebs-csi-controller-sa";

export interface DiskIdentityProps {
  readonly environment: Environment;
  /** The agent that gives service accounts of the cluster their roles. */
  readonly issuer: string;
}

/**
 * The identity that creates the workspaces' disks: one service account of the cluster, not the nodes that it runs on.
 */
export class DiskIdentity extends Construct {
  readonly arn: string;

  constructor(scope: Construct, id: string, { environment, issuer }: DiskIdentityProps) {
    super(scope, id);
    const provider = new IamOpenidConnectProvider(this, "issuer", {
      url: issuer,
      clientIdList: ["sts.amazonaws.com"],
    });
    const name = Fn.replace(issuer, "https://", "");
    const role = new Role(this, "identity", {
      environment,
      role: "disks",
      trust: {
        Action: "sts:AssumeRoleWithWebIdentity",
        Principal: { Federated: provider.arn },
        Condition: { StringEquals: { [`${name}:sub`]: ACCOUNT, [`${name}:aud`]: "sts.amazonaws.com" } },
      },
      // Allows only volumes with the tag `ebs.csi.aws.com/cluster: true`, which the driver gives to each volume that
      // it creates. Unlike the policy before it, this one has no path.
      policies: ["AmazonEBSCSIDriverPolicyV2"],
    });
    this.arn = role.arn;
  }
}
