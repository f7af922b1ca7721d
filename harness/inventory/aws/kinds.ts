/** One kind: the service that is asked for it, and how the Tagging API names it in an ARN. */
export interface AwsKind {
  readonly service: AwsKindService;
  /** `<service>:<type>` of its ARNs. */
  readonly arn: string;
}

/** Modules of direct calls, loaded only when AWS is really asked. */
export type AwsKindService =
  "autoscaling" | "ec2" | "eks" | "elb" | "iam" | "kms" | "load-balancing" | "logs" | "rds";

/**
 * Every kind that a direct call lists, in Terraform's words and **in the order of removal**: what uses something
 * stands before it. Imports no SDK, so that anyone may read the table.
 */
export const awsKinds = {
  aws_eks_node_group: { service: "eks", arn: "eks:nodegroup" },
  aws_autoscaling_group: { service: "autoscaling", arn: "autoscaling:autoScalingGroup" },
  aws_lb: { service: "load-balancing", arn: "elasticloadbalancing:loadbalancer" },
  aws_elb: { service: "elb", arn: "elasticloadbalancing:loadbalancer" },
  aws_lb_target_group: { service: "load-balancing", arn: "elasticloadbalancing:targetgroup" },
  aws_instance: { service: "ec2", arn: "ec2:instance" },
  aws_eks_cluster: { service: "eks", arn: "eks:cluster" },
  aws_db_instance: { service: "rds", arn: "rds:db" },
  aws_db_snapshot: { service: "rds", arn: "rds:snapshot" },
  aws_db_instance_automated_backup: { service: "rds", arn: "rds:auto-backup" },
  aws_db_subnet_group: { service: "rds", arn: "rds:subgrp" },
  aws_db_parameter_group: { service: "rds", arn: "rds:pg" },
  aws_vpc_endpoint: { service: "ec2", arn: "ec2:vpc-endpoint" },
  aws_nat_gateway: { service: "ec2", arn: "ec2:natgateway" },
  aws_eip: { service: "ec2", arn: "ec2:elastic-ip" },
  aws_launch_template: { service: "ec2", arn: "ec2:launch-template" },
  aws_key_pair: { service: "ec2", arn: "ec2:key-pair" },
  aws_network_interface: { service: "ec2", arn: "ec2:network-interface" },
  aws_ebs_volume: { service: "ec2", arn: "ec2:volume" },
  aws_ebs_snapshot: { service: "ec2", arn: "ec2:snapshot" },
  aws_security_group: { service: "ec2", arn: "ec2:security-group" },
  aws_subnet: { service: "ec2", arn: "ec2:subnet" },
  aws_route_table: { service: "ec2", arn: "ec2:route-table" },
  aws_internet_gateway: { service: "ec2", arn: "ec2:internet-gateway" },
  aws_vpc: { service: "ec2", arn: "ec2:vpc" },
  aws_iam_openid_connect_provider: { service: "iam", arn: "iam:oidc-provider" },
  aws_iam_instance_profile: { service: "iam", arn: "iam:instance-profile" },
  aws_iam_role: { service: "iam", arn: "iam:role" },
  aws_iam_policy: { service: "iam", arn: "iam:policy" },
  aws_kms_key: { service: "kms", arn: "kms:key" },
  /** Last: the service-linked role of a cluster writes it again while the cluster lives. */
  aws_cloudwatch_log_group: { service: "logs", arn: "logs:log-group" },
} as const satisfies Record<string, AwsKind>;

/** Terraform's word for a kind of this inventory. */
export type AwsKindName = keyof typeof awsKinds;

/**
 * Types that carry tags and cannot outlive what they are part of: by the ARN's type, the kind whose list answers
 * for them.
 */
export const awsParts: Readonly<Record<string, AwsKindName>> = {
  "ec2:security-group-rule": "aws_security_group",
  "eks:access-entry": "aws_eks_cluster",
  "eks:addon": "aws_eks_cluster",
  "eks:podidentityassociation": "aws_eks_cluster",
  "elasticloadbalancing:listener": "aws_lb",
  "elasticloadbalancing:listener-rule": "aws_lb",
};

/** Every kind in the order of removal. */
export const AWS_KIND_NAMES = Object.keys(awsKinds) as readonly AwsKindName[];

/** Position in the order of removal; what has no direct call comes last. */
export function removalRank(kind: string): number {
  const rank = (AWS_KIND_NAMES as readonly string[]).indexOf(kind);
  return rank === -1 ? AWS_KIND_NAMES.length : rank;
}

/** Whether a direct call lists `kind`. */
export function isAwsKind(kind: string): kind is AwsKindName {
  return Object.hasOwn(awsKinds, kind);
}

const listedArnTypes = new Set<string>(Object.values(awsKinds).map(({ arn }) => arn));

/** Whether a direct call answers for ARNs of this type, itself or as a part of what it lists. */
export function isListedArnType(type: string): boolean {
  return listedArnTypes.has(type) || Object.hasOwn(awsParts, type);
}
