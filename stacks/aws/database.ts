import { DbInstance } from "@cdktf/provider-aws/lib/db-instance/index.js";
import { DbParameterGroup } from "@cdktf/provider-aws/lib/db-parameter-group/index.js";
import { DbSubnetGroup } from "@cdktf/provider-aws/lib/db-subnet-group/index.js";
import { SecurityGroup } from "@cdktf/provider-aws/lib/security-group/index.js";
import { VpcSecurityGroupIngressRule } from "@cdktf/provider-aws/lib/vpc-security-group-ingress-rule/index.js";
import { Construct } from "constructs";
import type { Size } from "../../reference-architectures/architecture.ts";
import { DATABASE_NAME, DATABASE_USER } from "../database-names.ts";
import type { Environment } from "../environment.ts";
import { benchName } from "../labels.ts";
import type { AwsNetwork } from "./network.ts";

const PORT = 5_432;

export interface AwsDatabaseProps {
  readonly environment: Environment;
  readonly size: Size["database"];
  readonly network: AwsNetwork;
  /** An ephemeral variable. It is written to a write-only attribute and is not in the state. */
  readonly password: string;
}

/** Coder's Postgres, which is reachable from the machines' addresses only. */
export class AwsDatabase extends Construct {
  readonly instanceName: string;
  readonly address: string;

  constructor(scope: Construct, id: string, props: AwsDatabaseProps) {
    super(scope, id);
    const { environment, size, network } = props;
    const name = benchName(environment, "db");
    const version = size.version.replace("POSTGRES_", "");
    const group = addSecurityGroup(this, name, props);
    const subnets = new DbSubnetGroup(this, "subnets", { name, subnetIds: [...network.subnetworkIds] });
    const parameters = addParameters(this, name, version, size);
    const instance = new DbInstance(this, "instance", {
      identifier: name,
      engine: "postgres",
      engineVersion: version,
      instanceClass: size.tier,
      allocatedStorage: size.diskGib,
      storageType: "gp3",
      storageEncrypted: true,
      dbName: DATABASE_NAME,
      username: DATABASE_USER,
      passwordWo: props.password,
      // A run's password never changes.
      passwordWoVersion: 1,
      dbSubnetGroupName: subnets.name,
      parameterGroupName: parameters.name,
      vpcSecurityGroupIds: [group.id],
      availabilityZone: environment.zone,
      multiAz: false,
      publiclyAccessible: false,
      autoMinorVersionUpgrade: false,
      applyImmediately: true,
      // The other value of each would prevent the teardown, or leave something after it.
      deletionProtection: false,
      skipFinalSnapshot: true,
      backupRetentionPeriod: 0,
      deleteAutomatedBackups: true,
      copyTagsToSnapshot: true,
      timeouts: { create: "60m", update: "60m", delete: "60m" },
    });
    this.instanceName = instance.identifier;
    this.address = instance.address;
  }
}

/** Adds a security group that allows Postgres from the machines only. */
function addSecurityGroup(
  scope: Construct,
  name: string,
  { environment, network }: AwsDatabaseProps,
): SecurityGroup {
  const group = new SecurityGroup(scope, "security-group", {
    name,
    description: `Postgres of refbench run ${environment.runId}`,
    vpcId: network.networkId,
    tags: { Name: name },
  });
  new VpcSecurityGroupIngressRule(scope, "from-machines", {
    securityGroupId: group.id,
    cidrIpv4: network.machineRange,
    ipProtocol: "tcp",
    fromPort: PORT,
    toPort: PORT,
    tags: { Name: name },
  });
  return group;
}

function addParameters(
  scope: Construct,
  name: string,
  version: string,
  size: Size["database"],
): DbParameterGroup {
  return new DbParameterGroup(scope, "parameters", {
    name,
    family: `postgres${version}`,
    parameter: [
      // Postgres reads it when it starts, also at its first start.
      { name: "max_connections", value: String(size.maxConnections), applyMethod: "pending-reboot" },
      // The default since Postgres 15. RDS would not report it as a setting of ours, and each plan would see a change.
      ...(Number(version) < 15 ? [{ name: "rds.force_ssl", value: "1", applyMethod: "pending-reboot" }] : []),
    ],
  });
}
