import { ComputeInstance } from "@cdktf/provider-google/lib/compute-instance/index.js";
import type { ITerraformDependable, TerraformVariable } from "cdktf";
import { Construct } from "constructs";
import type { Size } from "../../reference-architectures/architecture.ts";
import type { Environment } from "../environment.ts";
import { benchName } from "../labels.ts";
import { providerEnvironment } from "../provider-mirror.ts";
import { PROVISIONER_EXPRESSIONS } from "../provisioners/variables.ts";
import { mirrorMetadata, startup } from "./coder-machine.ts";
import { MachineSecret } from "./machine-secret.ts";
import type { GoogleNetwork } from "./network.ts";
import { serverMachine } from "./server-machine.ts";
import type { ServiceIdentity } from "./service-identity.ts";

/** The system, Coder's package, and the providers of 30 provisioners, each with its own cache, in GiB. */
const DISK_GIB = 50;

export interface ProvisionerMachinesProps {
  readonly environment: Environment;
  readonly size: Size;
  readonly network: GoogleNetwork;
  /** The account of Coder's builds. */
  readonly identity: ServiceIdentity;
  /** The ephemeral variable with the key that Coder made. */
  readonly key: TerraformVariable;
  /** Coder's URL inside the network, with the name of its certificate. */
  readonly url: string;
  /** Everything that must exist before the first build, and until the last one has ended. */
  readonly dependsOn: ITerraformDependable[];
}

/**
 * External provisioners on machines, up to 30 on each. Coder makes their key, so they exist from the second apply of
 * the stack on.
 */
export class ProvisionerMachines extends Construct {
  constructor(scope: Construct, id: string, props: ProvisionerMachinesProps) {
    super(scope, id);
    const { environment, size, network, identity, key } = props;
    const { nodes, diskGib = DISK_GIB, ...machine } = size.machines.provisioners;
    const secret = new MachineSecret(this, "key", {
      environment,
      role: "prov-key",
      variable: key,
      reader: identity.member,
      count: PROVISIONER_EXPRESSIONS.once,
    });
    const instance = new ComputeInstance(
      this,
      "machine",
      serverMachine({
        environment,
        name: `${benchName(environment, "prov")}-\${count.index}`,
        machine,
        diskGib,
        network,
        account: identity.email,
        metadata: { ...startup, ...provisionerMetadata(props, secret.version) },
        // Coder is deleted after them: a workspace is deleted by a provisioner.
        dependsOn: [network.egress, ...secret.ready, ...props.dependsOn],
      }),
    );
    instance.addOverride("count", PROVISIONER_EXPRESSIONS.machines(nodes));
  }
}

/**
 * Returns how many of the provisioners a machine has, as an expression of its index: as many as the others, or one more.
 * The catalogue refuses a size whose machines have no room for so many.
 */
function shareOf(provisioners: number, machines: number): string {
  const each = Math.floor(provisioners / machines);
  const rest = provisioners % machines;
  return rest === 0 ? String(each) : `\${count.index < ${rest} ? ${each + 1} : ${each}}`;
}

function provisionerMetadata(
  { environment, size, url }: ProvisionerMachinesProps,
  keySecret: string,
): Record<string, string> {
  const { count, cpuMillis, memoryMib } = size.externalProvisioners;
  const env = { CODER_URL: url, ...providerEnvironment(size) };
  return {
    "coder-version": size.coder.version,
    "coder-env": Object.entries(env)
      .map(([name, value]) => `${name}=${value}`)
      .join("\n"),
    "coder-provisioners": shareOf(count, size.machines.provisioners.nodes),
    "coder-provisioner-key-secret": keySecret,
    "coder-provisioner-cpu-percent": String(Math.ceil(cpuMillis / 10)),
    "coder-provisioner-memory-mib": String(memoryMib),
    ...mirrorMetadata(environment, size),
    ...(environment.tls === undefined ? {} : { "coder-tls-ca": environment.tls.caPem }),
  };
}
