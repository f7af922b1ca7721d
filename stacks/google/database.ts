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
  /** An ephemeral variable: it goes into a write-only attribute and stays out of the state. */
  readonly password: string;
}

/** Coder's Postgres, reached at one address inside the network and from nowhere else. */
export class GoogleDatabase extends Construct {
  readonly instanceName: string;
  readonly address: string;
  /** All that must exist before Coder finds it. */
  readonly ready: ITerraformDependable[];

  constructor(scope: Construct, id: string, { environment, size, network, password }: GoogleDatabaseProps) {
    super(scope, id);
    const instance = new SqlDatabaseInstance(this, "instance", {
      name: benchName(environment, "db"),
      region: environment.region,
      databaseVersion: size.version,
      // Two flags of the same meaning: either of them would keep the teardown from its end.
      deletionProtection: false,
      settings: {
        deletionProtectionEnabled: false,
        tier: size.tier,
        // Otherwise Google chooses ENTERPRISE_PLUS for newer versions, which refuses custom tiers.
        edition: "ENTERPRISE",
        availabilityType: "ZONAL",
        locationPreference: { zone: environment.zone },
        diskType: "PD_SSD",
        diskSize: size.diskGib,
        // A disk that grew would differ from the plan.
        diskAutoresize: false,
        // A backup, or one that outlives its instance, is something left.
        backupConfiguration: { enabled: false },
        retainBackupsOnDelete: false,
        databaseFlags: [{ name: "max_connections", value: String(size.maxConnections) }],
        ipConfiguration: {
          ipv4Enabled: false,
          // Whoever asks in plain text is refused: Coder's URL says sslmode=require.
          sslMode: "ENCRYPTED_ONLY",
          // Private Service Connect, not peering: a peering's producer keeps it for days, and with it the network.
          pscConfig: [{ pscEnabled: true, allowedConsumerProjects: [network.project] }],
        },
        // The provider's default labels do not reach this kind.
        userLabels: benchLabels(environment),
      },
      timeouts: { create: "60m", update: "60m", delete: "60m" },
    });
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
      // Empty on purpose: the endpoint of a service attachment has no scheme.
      loadBalancingScheme: "",
      target: instance.pscServiceAttachmentLink,
    });
    const database = new SqlDatabase(this, "database", {
      name: DATABASE_NAME,
      instance: instance.name,
      // Postgres refuses to drop what is still connected; both go with their instance.
      deletionPolicy: "ABANDON",
    });
    const candidate =
      environment.comparison === undefined
        ? []
        : [
            new SqlDatabase(this, "candidate-database", {
              name: CANDIDATE_DATABASE_NAME,
              instance: instance.name,
              deletionPolicy: "ABANDON",
              // Google works on one database of an instance at a time.
              dependsOn: [database],
            }),
          ];
    const user = new SqlUser(this, "user", {
      name: DATABASE_USER,
      instance: instance.name,
      passwordWo: password,
      // A run's password never changes: a new one comes with a new run.
      passwordWoVersion: 1,
      deletionPolicy: "ABANDON",
    });
    this.instanceName = instance.name;
    this.address = address.address;
    this.ready = [endpoint, database, ...candidate, user];
  }
}
