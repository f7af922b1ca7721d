import { AWS_SECONDS } from "../../../reference-architectures/durations/aws.ts";
import { refuseAccessEntry } from "./aws-refusals.ts";
import { tagged } from "./aws-tagged.ts";
import type { Reference, TypeOverlay } from "../values/overlay.ts";

const scope = "{region}";
const cluster: Reference = { at: "cluster_name", kind: "aws_eks_cluster", scope, parent: true };

/** The types of EKS. */
export const AWS_CLUSTER: Readonly<Record<string, TypeOverlay>> = {
  aws_eks_cluster: {
    ...tagged("cluster", "{name}", ["name", "role_arn"]),
    schema: { version: 1 },
    id: "{name}",
    defaults: { bootstrap_self_managed_addons: true },
    computed: {
      arn: "arn:aws:eks:{region}:{project}:cluster/{name}",
      certificate_authority: [{ data: "dHdpbg==" }],
      created_at: "{now}",
      endpoint: "https://{hash}.gr7.{region}.eks.amazonaws.com",
      identity: [{ oidc: [{ issuer: "https://oidc.eks.{region}.amazonaws.com/id/{hash}" }] }],
      platform_version: "eks.1",
      status: "ACTIVE",
      "vpc_config.*.cluster_security_group_id": "sg/eks-cluster-sg-{name}",
      "vpc_config.*.public_access_cidrs": ["0.0.0.0/0"],
    },
    references: [
      { at: "vpc_config.*.subnet_ids.*", kind: "aws_subnet", scope },
      { at: "role_arn", kind: "aws_iam_role", scope: "global" },
    ],
    protect: {
      at: "deletion_protection",
      message: "api error InvalidRequestException: Cannot delete cluster {name}: deletion protection is on",
    },
    seconds: AWS_SECONDS.aws_eks_cluster,
  },
  aws_eks_node_group: {
    ...tagged("nodegroup", "{node_group_name}", [
      "cluster_name",
      "node_group_name",
      "ami_type",
      "capacity_type",
      "instance_types",
      "node_role_arn",
      "subnet_ids",
    ]),
    scope: "{region}/{cluster_name}",
    id: "{cluster_name}:{node_group_name}",
    computed: {
      arn: "arn:aws:eks:{region}:{project}:nodegroup/{cluster_name}/{node_group_name}/{hash}",
      release_version: "1.35.0-20260101",
      status: "ACTIVE",
    },
    references: [
      cluster,
      { at: "subnet_ids.*", kind: "aws_subnet", scope },
      { at: "node_role_arn", kind: "aws_iam_role", scope: "global" },
      { at: "launch_template.*.id", kind: "aws_launch_template", scope },
    ],
    seconds: AWS_SECONDS.aws_eks_node_group,
  },
  aws_launch_template: {
    ...tagged("lt", "{name}", ["name"]),
    computed: {
      arn: "arn:aws:ec2:{region}:{project}:launch-template/{name}",
      default_version: 1,
      latest_version: 1,
    },
    seconds: AWS_SECONDS.aws_launch_template,
  },
  aws_eks_access_entry: {
    ...tagged("access-entry", "{principal_arn}", ["cluster_name", "principal_arn", "type"]),
    scope: "{region}/{cluster_name}",
    id: "{cluster_name}:{principal_arn}",
    defaults: { type: "STANDARD" },
    refuses: refuseAccessEntry,
    references: [cluster],
    seconds: AWS_SECONDS.aws_eks_access_entry,
  },
  aws_eks_access_policy_association: {
    name: "{principal_arn} {policy_arn|last}",
    scope: "{region}/{cluster_name}",
    path: "{cluster_name}/{principal_arn}/{policy_arn}",
    id: "{cluster_name}#{principal_arn}#{policy_arn}",
    forceNew: ["cluster_name", "principal_arn", "policy_arn"],
    references: [cluster],
    seconds: AWS_SECONDS.aws_eks_access_policy_association,
  },
};
