import { AWS_SECONDS } from "../../../reference-architectures/durations/aws.ts";
import { AWS_CLUSTER } from "./aws-cluster.ts";
import { AWS_NETWORK } from "./aws-network.ts";
import { refusePolicy } from "./aws-refusals.ts";
import { tagged } from "./aws-tagged.ts";
import type { TypeOverlay } from "../values/overlay.ts";

const subnetGroup = { kind: "aws_db_subnet_group", scope: "{region}" };

/** AWS's types. */
export const AWS: Readonly<Record<string, TypeOverlay>> = {
  ...AWS_NETWORK,
  ...AWS_CLUSTER,
  aws_iam_role: {
    ...tagged("iam/role", "{name}", ["name", "path"]),
    id: "{name}",
    scope: "global",
    computed: {
      arn: "arn:aws:iam::{project}:role/{name}",
      create_date: "{now}",
      unique_id: "AROA{hash}",
    },
    defaults: { force_detach_policies: false, max_session_duration: 3_600, path: "/" },
    seconds: AWS_SECONDS.aws_iam_role,
  },
  aws_iam_role_policy_attachment: {
    name: "{role} {policy_arn|last}",
    scope: "global",
    path: "{role}/{policy_arn}",
    id: "{role}-{policy_arn|last}",
    forceNew: ["role", "policy_arn"],
    shared: true,
    refuses: refusePolicy,
    references: [{ at: "role", kind: "aws_iam_role", scope: "global", parent: true }],
    seconds: AWS_SECONDS.aws_iam_role_policy_attachment,
  },
  aws_iam_instance_profile: {
    ...tagged("iam/instance-profile", "{name}", ["name", "path"]),
    id: "{name}",
    scope: "global",
    computed: {
      arn: "arn:aws:iam::{project}:instance-profile/{name}",
      create_date: "{now}",
      unique_id: "AIPA{hash}",
    },
    defaults: { path: "/" },
    references: [{ at: "role", kind: "aws_iam_role", scope: "global" }],
    seconds: AWS_SECONDS.aws_iam_instance_profile,
  },
  aws_iam_openid_connect_provider: {
    ...tagged("iam/oidc-provider", "{url|last}", ["url"]),
    scope: "global",
    id: "arn:aws:iam::{project}:oidc-provider/{url|last}",
    computed: { arn: "arn:aws:iam::{project}:oidc-provider/{url|last}", thumbprint_list: [] },
    seconds: AWS_SECONDS.aws_iam_openid_connect_provider,
  },
  aws_instance: {
    ...tagged("i", "{tags.Name}", [
      "ami",
      "availability_zone",
      "subnet_id",
      "associate_public_ip_address",
      "root_block_device.0.encrypted",
      "metadata_options.0.instance_metadata_tags",
    ]),
    schema: { version: 2, sensitive: ["password_data"] },
    defaults: { get_password_data: false, user_data_replace_on_change: false },
    computed: {
      arn: "arn:aws:ec2:{region}:{project}:instance/{tags.Name}",
      instance_state: "running",
      private_ip: "{ip}",
      private_dns: "{hash}.{region}.compute.internal",
      primary_network_interface_id: "eni-{hash}",
    },
    references: [
      { at: "subnet_id", kind: "aws_subnet", scope: "{region}" },
      { at: "vpc_security_group_ids.*", kind: "aws_security_group", scope: "{region}" },
      { at: "iam_instance_profile", kind: "aws_iam_instance_profile", scope: "global" },
    ],
    protect: {
      at: "disable_api_termination",
      message:
        "api error OperationNotPermitted: The instance '{tags.Name}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.",
    },
    seconds: AWS_SECONDS.aws_instance,
  },
  aws_db_subnet_group: {
    ...tagged("rds/subgrp", "{name}", ["name"]),
    id: "{name}",
    defaults: { description: "Managed by Terraform" },
    computed: { arn: "arn:aws:rds:{region}:{project}:subgrp:{name}" },
    references: [{ at: "subnet_ids.*", kind: "aws_subnet", scope: "{region}" }],
    seconds: AWS_SECONDS.aws_db_subnet_group,
  },
  aws_db_parameter_group: {
    ...tagged("rds/pg", "{name}", ["name", "family"]),
    id: "{name}",
    defaults: { description: "Managed by Terraform", skip_destroy: false },
    computed: { arn: "arn:aws:rds:{region}:{project}:pg:{name}" },
    seconds: AWS_SECONDS.aws_db_parameter_group,
  },
  aws_db_instance: {
    ...tagged("rds/db", "{identifier}", ["identifier", "engine", "username", "db_name", "availability_zone"]),
    schema: { version: 2, sensitive: ["password"], writeOnly: ["password_wo"] },
    id: "db-{hash}",
    computed: {
      arn: "arn:aws:rds:{region}:{project}:db:{identifier}",
      address: "{identifier}.{hash}.{region}.rds.amazonaws.com",
      endpoint: "{identifier}.{hash}.{region}.rds.amazonaws.com:5432",
      port: 5_432,
      status: "available",
      resource_id: "db-{hash}",
      engine_version_actual: "{engine_version}.9",
    },
    defaults: { delete_automated_backups: true, monitoring_interval: 0 },
    references: [
      { at: "db_subnet_group_name", ...subnetGroup },
      { at: "parameter_group_name", kind: "aws_db_parameter_group", scope: "{region}" },
      { at: "vpc_security_group_ids.*", kind: "aws_security_group", scope: "{region}" },
    ],
    protect: {
      at: "deletion_protection",
      message:
        "api error InvalidParameterCombination: Cannot delete protected DB Instance, please disable deletion protection and try again.",
    },
    seconds: AWS_SECONDS.aws_db_instance,
  },
};
