import { AWS_SECONDS } from "../../../reference-architectures/durations/aws.ts";
import { tagged } from "./aws-tagged.ts";
import type { Reference, TypeOverlay } from "../values/overlay.ts";

const scope = "{region}";
const vpc: Reference = { at: "vpc_id", kind: "aws_vpc", scope };

/** A rule of a security group's: in or out, no matter to anything but its name. */
const rule = (direction: "ingress" | "egress"): TypeOverlay => ({
  ...tagged("sgr", `{security_group_id|last} ${direction} {ip_protocol}{from_port}`, ["security_group_id"]),
  id: "sgr-{hash}",
  computed: { security_group_rule_id: "sgr-{hash}" },
  references: [{ at: "security_group_id", kind: "aws_security_group", scope, parent: true }],
  seconds: AWS_SECONDS[`aws_vpc_security_group_${direction}_rule`],
});

/** AWS's network types. */
export const AWS_NETWORK: Readonly<Record<string, TypeOverlay>> = {
  aws_vpc: {
    ...tagged("vpc", "{tags.Name}", ["cidr_block"]),
    schema: { version: 1 },
    defaults: { enable_dns_support: true, instance_tenancy: "default" },
    computed: { arn: "arn:aws:ec2:{region}:{project}:vpc/{tags.Name}", owner_id: "{project}" },
    seconds: AWS_SECONDS.aws_vpc,
  },
  aws_subnet: {
    ...tagged("subnet", "{tags.Name}", ["vpc_id", "cidr_block", "availability_zone"]),
    schema: { version: 1 },
    computed: { arn: "arn:aws:ec2:{region}:{project}:subnet/{tags.Name}", owner_id: "{project}" },
    references: [vpc],
    seconds: AWS_SECONDS.aws_subnet,
  },
  aws_internet_gateway: {
    ...tagged("igw", "{tags.Name}", []),
    computed: { owner_id: "{project}" },
    references: [vpc],
    seconds: AWS_SECONDS.aws_internet_gateway,
  },
  aws_eip: {
    ...tagged("eipalloc", "{tags.Name}", ["domain"]),
    computed: { allocation_id: "eipalloc/{tags.Name}", public_ip: "203.0.113.7", domain: "vpc" },
    seconds: AWS_SECONDS.aws_eip,
  },
  aws_nat_gateway: {
    ...tagged("nat", "{tags.Name}", ["allocation_id", "subnet_id", "connectivity_type"]),
    defaults: { connectivity_type: "public" },
    computed: { private_ip: "{ip}", public_ip: "203.0.113.7" },
    references: [
      { at: "allocation_id", kind: "aws_eip", scope },
      { at: "subnet_id", kind: "aws_subnet", scope },
    ],
    seconds: AWS_SECONDS.aws_nat_gateway,
  },
  aws_route_table: {
    ...tagged("rtb", "{tags.Name}", ["vpc_id"]),
    computed: { owner_id: "{project}" },
    references: [vpc],
    seconds: AWS_SECONDS.aws_route_table,
  },
  aws_route: {
    name: "{route_table_id|last} {destination_cidr_block}",
    scope,
    path: "{route_table_id}/{destination_cidr_block}",
    id: "r-{hash}",
    forceNew: ["route_table_id", "destination_cidr_block"],
    computed: { origin: "CreateRoute", state: "active" },
    references: [
      { at: "route_table_id", kind: "aws_route_table", scope, parent: true },
      { at: "nat_gateway_id", kind: "aws_nat_gateway", scope },
      { at: "gateway_id", kind: "aws_internet_gateway", scope },
    ],
    seconds: AWS_SECONDS.aws_route,
  },
  aws_route_table_association: {
    name: "{subnet_id|last}",
    scope,
    path: "{route_table_id}/{subnet_id}",
    id: "rtbassoc-{hash}",
    forceNew: ["subnet_id"],
    references: [
      { at: "subnet_id", kind: "aws_subnet", scope, parent: true },
      { at: "route_table_id", kind: "aws_route_table", scope },
    ],
    seconds: AWS_SECONDS.aws_route_table_association,
  },
  aws_security_group: {
    ...tagged("sg", "{name}", ["name", "description", "vpc_id"]),
    schema: { version: 1 },
    defaults: { description: "Managed by Terraform", revoke_rules_on_delete: false },
    computed: { arn: "arn:aws:ec2:{region}:{project}:security-group/{name}", owner_id: "{project}" },
    references: [vpc],
    seconds: AWS_SECONDS.aws_security_group,
  },
  aws_vpc_security_group_ingress_rule: rule("ingress"),
  aws_vpc_security_group_egress_rule: rule("egress"),
};
