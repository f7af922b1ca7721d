import { assumed, type KindSeconds, published } from "./duration.ts";

/** How long AWS's kinds take. */
export const AWS_SECONDS = {
  aws_vpc: assumed(12, 2),
  aws_subnet: assumed(2, 2),
  aws_internet_gateway: assumed(2, 12),
  aws_eip: assumed(2, 2),
  aws_nat_gateway: published(105, 75, "1m25 to 2m05 in public apply logs; deleted in 1m00 to 1m34"),
  aws_route_table: assumed(2, 2),
  aws_route: assumed(1, 1),
  aws_route_table_association: assumed(1, 1),
  aws_security_group: assumed(3, 2),
  aws_vpc_security_group_ingress_rule: assumed(1, 1),
  aws_vpc_security_group_egress_rule: assumed(1, 1),
  aws_iam_role: assumed(2, 2),
  aws_iam_role_policy_attachment: assumed(1, 1),
  aws_iam_instance_profile: assumed(2, 1),
  aws_iam_openid_connect_provider: assumed(2, 2),
  aws_instance: assumed(15, 40, "13 to 32 s, and 30 to 60 s, from experience"),
  aws_db_subnet_group: assumed(2, 2),
  aws_db_parameter_group: assumed(4, 2),
  aws_db_instance: published(362, 255, "5m57 and 6m08 in public apply logs; deleted in 4m15"),
  aws_eks_cluster: published(
    600,
    150,
    "8m21 to 11m23 in public apply logs, half of them above 10 min; deleted in 1m09 to 3m48",
  ),
  aws_eks_node_group: published(
    120,
    252,
    "58 s to 2m51 in public apply logs, half of them above 2 min; deleted in 4m12",
  ),
  aws_launch_template: assumed(2, 1),
  aws_eks_access_entry: assumed(1, 1),
  aws_eks_access_policy_association: assumed(1, 1),
} as const satisfies Readonly<Record<string, KindSeconds>>;
