/** One kind: its service, and its name in ARNs of the Tagging API. */
export interface AwsKind {
  readonly service: AwsKindService;
  /** `<service>:<type>` in its ARNs. */
  readonly arn: string;
}

/** Modules with direct calls, loaded on demand. */
export type AwsKindService =
  "autoscaling" | "ec2" | "eks" | "elb" | "iam" | "kms" | "load-balancing" | "logs" | "rds";

/**
 * Every kind that a direct call lists, as a Terraform type and **in the order of removal**: users of a resource
 * before the resource. Imports no SDK, so that every module can import the table.
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
  /** Last, because the service-linked role of a cluster creates it again while the cluster exists. */
  aws_cloudwatch_log_group: { service: "logs", arn: "logs:log-group" },
} as const satisfies Record<string, AwsKind>;

/** A kind of this inventory as a Terraform type. */
export type AwsKindName = keyof typeof awsKinds;

/**
 * Types with tags that cannot outlive the resource that they belong to: the ARN's type, and the kind whose list
 * covers it.
 */
export const awsParts: Readonly<Record<string, AwsKindName>> = {
  "ec2:security-group-rule": "aws_security_group",
  "eks:access-entry": "aws_eks_cluster",
  "eks:addon": "aws_eks_cluster",
  "eks:podidentityassociation": "aws_eks_cluster",
  "elasticloadbalancing:listener": "aws_lb",
  "elasticloadbalancing:listener-rule": "aws_lb",
};

/** Every kind, in the order of removal. */
export const AWS_KIND_NAMES = Object.keys(awsKinds) as readonly AwsKindName[];

/** The position in the order of removal. Kinds without a direct call come last. */
export function removalRank(kind: string): number {
  const rank = (AWS_KIND_NAMES as readonly string[]).indexOf(kind);
  return rank === -1 ? AWS_KIND_NAMES.length : rank;
}

/** Whether a direct call lists `kind`. */
export function isAwsKind(kind: string): kind is AwsKindName {
  return Object.hasOwn(awsKinds, kind);
}

const listedArnTypes = new Set<string>(Object.values(awsKinds).map(({ arn }) => arn));

/** Whether a direct call covers ARNs of this type, itself or as part of a listed resource. */
export function isListedArnType(type: string): boolean {
  return listedArnTypes.has(type) || Object.hasOwn(awsParts, type);
}
