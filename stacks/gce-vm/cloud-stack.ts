import type { App } from "cdktf";
import type { Size } from "../../reference-architectures/architecture.ts";
import { workspaceDiskType } from "../../reference-architectures/capacity/machine.ts";
import { DEBIAN_IMAGE } from "../../reference-architectures/artefacts/machine-image.ts";
import { BenchStack, type BenchStackProps } from "../bench-stack.ts";
import { BuilderGrants } from "../google/builder-grants.ts";
import { templateTrust } from "../coder-certificate.ts";
import { CoderHost } from "../google/coder-host.ts";
import { addGoogleLoadRunner } from "../google/load-runner.ts";
import { GoogleNetwork } from "../google/network.ts";
import { googleProvider } from "../google/provider.ts";
import { ProvisionerMachines } from "../google/provisioner-machines.ts";
import { ServiceIdentity } from "../google/service-identity.ts";
import { nextSteps } from "../manual/next-steps.ts";
import type { CloudOutputs, CoderOutputs } from "../outputs.ts";
import { hasExternalProvisioners } from "../provisioners/variables.ts";
import { TLS_KEY } from "../secrets.ts";

export interface GceVmCloudStackProps extends BenchStackProps {
  readonly size: Size;
}

/** A machine with Coder, which creates a machine for each workspace in the same network. */
export class GceVmCloudStack extends BenchStack {
  constructor(app: App, name: string, props: GceVmCloudStackProps) {
    super(app, name, props);
    const { environment } = this;
    const { size } = props;
    googleProvider(this, environment);
    const password = this.ephemeralVariable("db_password", "Password of Coder's database user.");
    const tlsKey = environment.tls && this.ephemeralVariable(TLS_KEY, "Key of Coder's certificate.");
    const network = new GoogleNetwork(this, "vpc", { environment, forCluster: false });
    const identity = new ServiceIdentity(this, "identity", {
      environment,
      role: "coder",
      displayName: "Coder",
    });
    const workspace = new ServiceIdentity(this, "workspace", {
      environment,
      role: "workspaces",
      displayName: "Workspaces",
    });
    const grants = new BuilderGrants(this, "grants", {
      environment,
      project: network.project,
      builder: identity,
      workspace,
    });
    const host = new CoderHost(this, "host", {
      environment,
      size,
      network,
      identity,
      docker: false,
      password,
      tlsKey,
      // Coder deletes workspaces with its grants, so they are destroyed after Coder.
      dependsOn: grants.ready,
    });
    if (hasExternalProvisioners(size))
      new ProvisionerMachines(this, "external-provisioners", {
        ...{ environment, size, network, identity },
        key: this.provisionerVariables(size).variable,
        url: host.url,
        dependsOn: [host.ready, ...grants.ready],
      });
    const runner = addGoogleLoadRunner(this, { environment, size, network });
    const place = {
      project: network.project,
      zone: environment.zone,
      subnetwork: network.subnetworkId,
      service_account: workspace.email,
      machine_type: size.machines.workspaces.machineType,
      disk_type: workspaceDiskType(size),
      image: DEBIAN_IMAGE,
      ...templateTrust(environment),
    };
    this.addOutputs({
      ...host.outputs,
      ...runner,
      ...nextSteps({ environment, size, place }),
      template_variables: place,
    } satisfies CloudOutputs & CoderOutputs);
  }
}
