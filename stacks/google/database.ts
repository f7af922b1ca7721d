import { ComputeAddress } from "@cdktf/provider-google/lib/compute-address/index.js";
import { ComputeForwardingRule } from "@cdktf/provider-google/lib/compute-forwarding-rule/index.js";
import { SqlDatabaseInstance } from "@cdktf/provider-google/lib/sql-database-instance/index.js";
import { SqlDatabase } from "@cdktf/provider-google/lib/sql-database/index.js";
import { SqlUser } from "@cdktf/provider-google/lib/sql-user/index.js";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { Size } from "../../reference-architectures/architecture.ts";
import { CANDIDATE_DATABASE_NAME, DATABASE_NAME, DATABASE_USER } from "../database-names.ts";
import type { Environment } from "../environment.ts";
import { benchLabels, benchName } from "../labels.ts";
import type { GoogleNetwork } from "./network.ts";

export interface GoogleDatabaseProps {
  readonly environment: Environment;
  readonly size: Size["database"];
  readonly network: GoogleNetwork;
  /** An ephemeral variable. It is written to a write-only attribute and is not in the state. */
  readonly password: string;
}

/** Coder's Postgres, which is reachable at one address inside the network only. */
export class GoogleDatabase extends Construct {
  readonly instanceName: string;
  readonly address: string;
  /** Everything that must exist before Coder can connect. */
  readonly ready: ITerraformDependable[];

  constructor(scope: Construct, id: string, { environment, size, network, password }: GoogleDatabaseProps) {
    super(scope, id);
    const instance = addInstance(this, { environment, size, network });
    const address = new ComputeAddress(this, "address", {
      name: benchName(environment, "db"),
      region: environment.region,
      addressType: "INTERNAL",
      subnetwork: network.subnetworkId,
    });
    const endpoint = new ComputeForwardingRule(this, "endpoint", {
      name: benchName(environment, "db"),
      region: environment.region,
      network: network.networkId,
      ipAddress: address.id,
      // The endpoint of a service attachment has an empty scheme.
      loadBalancingScheme: "",
      target: instance.pscServiceAttachmentLink,
    });
    const databases = addDatabases(this, environment, instance.name);
    const user = new SqlUser(this, "user", {
      name: DATABASE_USER,
      instance: instance.name,
      passwordWo: password,
      // A run's password never changes.
      passwordWoVersion: 1,
      deletionPolicy: "ABANDON",
    });
    this.instanceName = instance.name;
    this.address = address.address;
    this.ready = [endpoint, ...databases, user];
  }
}

function addInstance(
  scope: Construct,
  { environment, size, network }: Omit<GoogleDatabaseProps, "password">,
): SqlDatabaseInstance {
  return new SqlDatabaseInstance(scope, "instance", {
    name: benchName(environment, "db"),
    region: environment.region,
    databaseVersion: size.version,
    // Two flags with the same meaning: either of them would prevent the teardown.
    deletionProtection: false,
    settings: {
      deletionProtectionEnabled: false,
      tier: size.tier,
      // Google's default for newer versions is ENTERPRISE_PLUS, which refuses custom tiers.
      edition: "ENTERPRISE",
      availabilityType: "ZONAL",
      locationPreference: { zone: environment.zone },
      diskType: "PD_SSD",
      diskSize: size.diskGib,
      // A disk that grows would differ from the plan.
      diskAutoresize: false,
      // A backup would outlive the teardown.
      backupConfiguration: { enabled: false },
      retainBackupsOnDelete: false,
      databaseFlags: [{ name: "max_connections", value: String(size.maxConnections) }],
      ipConfiguration: {
        ipv4Enabled: false,
        // Connections without TLS are refused. Coder's URL has sslmode=require.
        sslMode: "ENCRYPTED_ONLY",
        // Private Service Connect instead of peering: the producer keeps a peering, and so the network, for days.
        pscConfig: [{ pscEnabled: true, allowedConsumerProjects: [network.project] }],
      },
      // The provider's default labels are not applied to this kind.
      userLabels: benchLabels(environment),
    },
    timeouts: { create: "60m", update: "60m", delete: "60m" },
  });
}

/** Adds Coder's database, and for a comparison that of the candidate. */
function addDatabases(scope: Construct, environment: Environment, instance: string): SqlDatabase[] {
  const database = new SqlDatabase(scope, "database", {
    name: DATABASE_NAME,
    instance,
    // Postgres refuses to drop a database with connections. Both databases are deleted with their instance.
    deletionPolicy: "ABANDON",
  });
  if (environment.comparison === undefined) return [database];
  const candidate = new SqlDatabase(scope, "candidate-database", {
    name: CANDIDATE_DATABASE_NAME,
    instance,
    deletionPolicy: "ABANDON",
    // Google changes one database of an instance at a time.
    dependsOn: [database],
  });
  return [database, candidate];
}
