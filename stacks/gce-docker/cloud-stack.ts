import type { App } from "cdktf";
import type { Size } from "../../reference-architectures/architecture.ts";
import { BenchStack, type BenchStackProps } from "../bench-stack.ts";
import { templateTrust } from "../coder-certificate.ts";
import { CoderHost } from "../google/coder-host.ts";
import { addGoogleLoadRunner } from "../google/load-runner.ts";
import { GoogleNetwork } from "../google/network.ts";
import { googleProvider } from "../google/provider.ts";
import { ServiceIdentity } from "../google/service-identity.ts";
import { nextSteps } from "../manual/next-steps.ts";
import type { CloudOutputs, CoderOutputs } from "../outputs.ts";
import { TLS_KEY } from "../secrets.ts";

export interface GceDockerCloudStackProps extends BenchStackProps {
  readonly size: Size;
}

/** One machine with Coder and its workspaces, which are containers. */
export class GceDockerCloudStack extends BenchStack {
  constructor(app: App, name: string, props: GceDockerCloudStackProps) {
    super(app, name, props);
    const { environment } = this;
    googleProvider(this, environment);
    const password = this.ephemeralVariable("db_password", "Password of Coder's database user.");
    const tlsKey = environment.tls && this.ephemeralVariable(TLS_KEY, "Key of Coder's certificate.");
    const network = new GoogleNetwork(this, "vpc", { environment, forCluster: false });
    const identity = new ServiceIdentity(this, "identity", {
      environment,
      role: "coder",
      displayName: "Coder",
    });
    const host = new CoderHost(this, "host", {
      environment,
      size: props.size,
      network,
      identity,
      docker: true,
      password,
      tlsKey,
    });
    const runner = addGoogleLoadRunner(this, { environment, size: props.size, network });
    const place = { ...templateTrust(environment) };
    this.addOutputs({
      ...host.outputs,
      ...runner,
      ...nextSteps({ environment, size: props.size, place }),
      template_variables: place,
    } satisfies CloudOutputs & CoderOutputs);
  }
}
