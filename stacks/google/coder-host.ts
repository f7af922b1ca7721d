import { Construct } from "constructs";
import { type ITerraformDependable, TerraformLocal, type TerraformVariable } from "cdktf";
import type { Size } from "../../reference-architectures/architecture.ts";
import { DATABASE_NAME, DATABASE_USER } from "../database-names.ts";
import type { Environment } from "../environment.ts";
import type { CloudOutputs, CoderOutputs } from "../outputs.ts";
import { CoderMachine, isOnMachine } from "./coder-machine.ts";
import { GoogleDatabase } from "./database.ts";
import { CODER_PORT, Firewall } from "./firewall.ts";
import { MachineSecret } from "./machine-secret.ts";
import type { GoogleNetwork } from "./network.ts";
import type { ServiceIdentity } from "./service-identity.ts";

export interface CoderHostProps {
  readonly environment: Environment;
  readonly size: Size;
  readonly network: GoogleNetwork;
  /** The account of Coder's machine, and so of Coder's builds. */
  readonly identity: ServiceIdentity;
  /** Whether workspaces are containers on it. */
  readonly docker: boolean;
  /** An ephemeral variable. */
  readonly password: TerraformVariable;
  /** An ephemeral variable; only when Coder serves TLS. */
  readonly tlsKey?: TerraformVariable | undefined;
  /** Everything that the builds need while Coder exists. */
  readonly dependsOn?: ITerraformDependable[];
}

/** Coder on a machine, with its database on the same machine or in Cloud SQL. */
export class CoderHost extends Construct {
  readonly #machine: CoderMachine;
  readonly #database: GoogleDatabase | undefined;
  readonly #props: CoderHostProps;

  constructor(scope: Construct, id: string, props: CoderHostProps) {
    super(scope, id);
    this.#props = props;
    const { environment, size, network, identity, password, tlsKey } = props;
    const reader = identity.member;
    const firewall = new Firewall(this, "firewall", { environment, network });
    if (!isOnMachine(size)) {
      this.#database = new GoogleDatabase(this, "database", {
        environment,
        size: size.database,
        network,
        password: password.stringValue,
      });
    }
    const secret = new MachineSecret(this, "database-url", {
      environment,
      variable: password,
      reader,
      ...(this.#database === undefined
        ? { role: "db-role" }
        : {
            role: "db-url",
            text: urlOf(new TerraformLocal(this, "database-address", this.#database.address)),
          }),
    });
    const certificate =
      tlsKey &&
      new MachineSecret(this, "certificate", { environment, role: "tls", variable: tlsKey, reader });
    this.#machine = new CoderMachine(this, "coder", {
      environment,
      size,
      network,
      account: identity.email,
      docker: props.docker,
      databaseSecret: secret.version,
      ...(certificate === undefined ? {} : { tlsKeySecret: certificate.version }),
      dependsOn: [
        network.egress,
        ...firewall.rules,
        ...(this.#database?.ready ?? []),
        ...secret.ready,
        ...(certificate?.ready ?? []),
        ...(props.dependsOn ?? []),
      ],
    });
  }

  /** Coder's URL with the name of its certificate, inside the network. */
  get url(): string {
    const { tls } = this.#props.environment;
    return tls === undefined ? this.#machine.url : `https://${tls.serverName}:${CODER_PORT}`;
  }

  /** Exists when Coder's machine does. */
  get ready(): ITerraformDependable {
    return this.#machine.ready;
  }

  /** The outputs for the harness, without those that only the workspace template uses. */
  get outputs(): CloudOutputs & Omit<CoderOutputs, "template_variables"> {
    const { environment, network } = this.#props;
    return {
      project: network.project,
      region: environment.region,
      zone: environment.zone,
      network: network.networkName,
      ...(this.#database === undefined ? {} : { database_instance: this.#database.instanceName }),
      database_address: this.#database?.address ?? this.#machine.address,
      coder_url: this.#machine.url,
      coder_machine: this.#machine.instanceName,
    };
  }
}

/** Returns the database's URL, with its password from a variable. */
function urlOf(host: TerraformLocal): (password: string) => string {
  return (password) =>
    `postgres://${DATABASE_USER}:\${${password}}@\${local.${host.friendlyUniqueId}}:5432/${DATABASE_NAME}?sslmode=require`;
}
