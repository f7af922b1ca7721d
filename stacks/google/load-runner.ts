import { readFileSync } from "node:fs";
import { ComputeFirewall } from "@cdktf/provider-google/lib/compute-firewall/index.js";
import { ComputeInstance } from "@cdktf/provider-google/lib/compute-instance/index.js";
import { Construct } from "constructs";
import type { Size } from "../../reference-architectures/architecture.ts";
import type { Environment } from "../environment.ts";
import { benchName } from "../labels.ts";
import type { CloudOutputs } from "../outputs.ts";
import { RUNNER_USER } from "../runner/runner-machine.ts";
import { runnerScript } from "../runner/runner-script.ts";
import { IAP_RANGE, RUNNER_TAG } from "./firewall.ts";
import type { GoogleNetwork } from "./network.ts";
import { serverMachine } from "./server-machine.ts";
import { ServiceIdentity } from "./service-identity.ts";
import { packageFile } from "../../reference-architectures/package-file.ts";

const STARTUP_SCRIPT = runnerScript(readFileSync(packageFile("stacks/google/startup/runner.sh"), "utf8"));

export interface GoogleLoadRunnerProps {
  readonly environment: Environment;
  readonly machine: Size["machines"]["runner"];
  readonly network: GoogleNetwork;
  /** The public key of the run's SSH key. */
  readonly publicKey: string;
}

/** The machine from which the load runs, beside Coder: Coder has no address outside of its network. */
export class GoogleLoadRunner extends Construct {
  readonly instanceName: string;

  constructor(
    scope: Construct,
    id: string,
    { environment, machine, network, publicKey }: GoogleLoadRunnerProps,
  ) {
    super(scope, id);
    const ssh = new ComputeFirewall(this, "ssh", {
      name: benchName(environment, "runner-ssh"),
      network: network.networkId,
      direction: "INGRESS",
      sourceRanges: [IAP_RANGE],
      targetTags: [RUNNER_TAG],
      allow: [{ protocol: "tcp", ports: ["22"] }],
    });
    const identity = new ServiceIdentity(this, "identity", {
      environment,
      role: "runner",
      displayName: "Load runner",
    });
    const instance = new ComputeInstance(
      this,
      "machine",
      serverMachine({
        environment,
        name: benchName(environment, "runner"),
        machine,
        diskGib: machine.diskGib,
        network,
        // It has no grants, so it may do nothing, whatever its scopes.
        account: identity.email,
        tags: [RUNNER_TAG],
        metadata: runnerMetadata(publicKey),
        dependsOn: [network.egress, ssh],
      }),
    );
    this.instanceName = instance.name;
  }
}

/** Returns the metadata that allows SSH with the run's key only and starts the runner's script. */
function runnerMetadata(publicKey: string): Record<string, string> {
  return {
    // Only the run's own key, which ends with the machine, and no key of the project.
    "enable-oslogin": "FALSE",
    "ssh-keys": `${RUNNER_USER}:${publicKey} ${RUNNER_USER}`,
    // Google's agent publishes the host keys there, so that the first connection can verify them.
    "enable-guest-attributes": "TRUE",
    "startup-script": STARTUP_SCRIPT,
  };
}

/** Adds the load runner when the environment has a key for it, and returns its output. */
export function addGoogleLoadRunner(
  scope: Construct,
  {
    environment,
    size,
    network,
  }: { readonly environment: Environment; readonly size: Size; readonly network: GoogleNetwork },
): Pick<CloudOutputs, "runner_machine"> {
  if (environment.runner === undefined) return {};
  const { publicKey } = environment.runner;
  const runner = new GoogleLoadRunner(scope, "runner", {
    environment,
    machine: size.machines.runner,
    network,
    publicKey,
  });
  return { runner_machine: runner.instanceName };
}
