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
  /** An ephemeral variable: it goes into a write-only attribute and stays out of the state. */
  readonly password: string;
}

/** Coder's Postgres, reached from where the machines are and from nowhere else. */
export class AwsDatabase extends Construct {
  readonly instanceName: string;
  readonly address: string;

  constructor(scope: Construct, id: string, props: AwsDatabaseProps) {
    super(scope, id);
    const { environment, size, network } = props;
    const name = benchName(environment, "db");
    const version = size.version.replace("POSTGRES_", "");
    const group = new SecurityGroup(this, "security-group", {
      name,
      description: `Postgres of refbench run ${environment.runId}`,
      vpcId: network.networkId,
      tags: { Name: name },
    });
    new VpcSecurityGroupIngressRule(this, "from-machines", {
      securityGroupId: group.id,
      cidrIpv4: network.machineRange,
      ipProtocol: "tcp",
      fromPort: PORT,
      toPort: PORT,
      tags: { Name: name },
    });
    const subnets = new DbSubnetGroup(this, "subnets", { name, subnetIds: [...network.subnetworkIds] });
    const parameters = new DbParameterGroup(this, "parameters", {
      name,
      family: `postgres${version}`,
      parameter: [
        // Read when Postgres starts, and so by its first start.
        { name: "max_connections", value: String(size.maxConnections), applyMethod: "pending-reboot" },
        // The default since Postgres 15: said again it would never be read back as ours, and each plan would see a change.
        ...(Number(version) < 15
          ? [{ name: "rds.force_ssl", value: "1", applyMethod: "pending-reboot" }]
          : []),
      ],
    });
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
      // A run's password never changes: a new one comes with a new run.
      passwordWoVersion: 1,
      dbSubnetGroupName: subnets.name,
      parameterGroupName: parameters.name,
      vpcSecurityGroupIds: [group.id],
      availabilityZone: environment.zone,
      multiAz: false,
      publiclyAccessible: false,
      autoMinorVersionUpgrade: false,
      applyImmediately: true,
      // Each of these would keep the teardown from its end, or leave something after it.
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
