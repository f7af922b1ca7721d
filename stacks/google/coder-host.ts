import { Construct } from "constructs";
import type { ITerraformDependable, TerraformVariable } from "cdktf";
import type { Size } from "../../reference-architectures/architecture.ts";
import type { Environment } from "../environment.ts";
import type { CloudOutputs, CoderOutputs } from "../outputs.ts";
import { CoderMachine } from "./coder-machine.ts";
import { DatabaseSecret } from "./database-secret.ts";
import { Database } from "./database.ts";
import { Firewall } from "./firewall.ts";
import type { Network } from "./network.ts";
import type { ServiceIdentity } from "./service-identity.ts";

export interface CoderHostProps {
  readonly environment: Environment;
  readonly size: Size;
  readonly network: Network;
  /** Who Coder's machine, and so Coder's builds, are. */
  readonly identity: ServiceIdentity;
  /** Whether workspaces are containers on it. */
  readonly docker: boolean;
  /** An ephemeral variable. */
  readonly password: TerraformVariable;
  /** What the builds need, as long as Coder lives. */
  readonly dependsOn?: ITerraformDependable[];
}

/** Coder on a machine with its database, on the box or beside it. */
export class CoderHost extends Construct {
  readonly #machine: CoderMachine;
  readonly #database: Database | undefined;
  readonly #props: CoderHostProps;

  constructor(scope: Construct, id: string, props: CoderHostProps) {
    super(scope, id);
    this.#props = props;
    const { environment, size, network, identity, password } = props;
    const firewall = new Firewall(this, "firewall", { environment, network });
    if (size.database.kind === "cloud-sql") {
      this.#database = new Database(this, "database", {
        environment,
        size: size.database,
        network,
        password: password.stringValue,
      });
    }
    const secret =
      this.#database &&
      new DatabaseSecret(this, "database-url", {
        environment,
        database: this.#database,
        password,
        reader: identity.member,
      });
    this.#machine = new CoderMachine(this, "coder", {
      environment,
      size,
      network,
      account: identity.email,
      docker: props.docker,
      ...(secret === undefined ? {} : { databaseSecret: secret.version }),
      dependsOn: [
        network.egress,
        ...firewall.rules,
        ...(this.#database?.ready ?? []),
        ...(secret?.ready ?? []),
        ...(props.dependsOn ?? []),
      ],
    });
  }

  /** What the harness must know, but for what only the workspaces' template does. */
  get outputs(): CloudOutputs & Omit<CoderOutputs, "template_variables"> {
    const { environment, network } = this.#props;
    return {
      project: network.project,
      region: environment.region,
      zone: environment.zone,
      network: network.networkName,
      ...(this.#database === undefined ? {} : { database_instance: this.#database.instanceName }),
      coder_url: this.#machine.url,
      coder_machine: this.#machine.instanceName,
    };
  }
}
