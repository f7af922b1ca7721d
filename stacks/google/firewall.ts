import { ComputeFirewall } from "@cdktf/provider-google/lib/compute-firewall/index.js";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { Environment } from "../environment.ts";
import { benchName } from "../labels.ts";
import type { GoogleNetwork } from "./network.ts";

/** The network tag of Coder's machine. */
export const CODER_TAG = "bench-coder";

/** The network tag of the load runner. */
export const RUNNER_TAG = "bench-runner";

/** Coder's port on a machine. */
export const CODER_PORT = 7080;

/** Ports for the load runner alone: metrics of coderd and of the machine, and a Postgres on the machine. */
const FIGURE_PORTS = ["2112", "9100", "5432"];

/** Google's address range for connections through Identity-Aware Proxy, which identifies the caller first. */
export const IAP_RANGE = "35.235.240.0/20";

export interface FirewallProps {
  readonly environment: Environment;
  readonly network: GoogleNetwork;
}

/**
 * Allows connections to Coder's machine from its own network, its figures for the load runner, and SSH for callers that
 * Google has identified. Nobody can reach a workspace.
 */
export class Firewall extends Construct {
  readonly rules: ITerraformDependable[];

  constructor(scope: Construct, id: string, { environment, network }: FirewallProps) {
    super(scope, id);
    const coder = new ComputeFirewall(this, "coder", {
      name: benchName(environment, "coder"),
      network: network.networkId,
      direction: "INGRESS",
      sourceRanges: [network.machineRange],
      targetTags: [CODER_TAG],
      allow: [{ protocol: "tcp", ports: [String(CODER_PORT)] }],
    });
    const figures = new ComputeFirewall(this, "figures", {
      name: benchName(environment, "figures"),
      network: network.networkId,
      direction: "INGRESS",
      // Workspaces are machines of the same range.
      sourceTags: [RUNNER_TAG],
      targetTags: [CODER_TAG],
      allow: [{ protocol: "tcp", ports: FIGURE_PORTS }],
    });
    const ssh = new ComputeFirewall(this, "ssh", {
      name: benchName(environment, "ssh"),
      network: network.networkId,
      direction: "INGRESS",
      sourceRanges: [IAP_RANGE],
      targetTags: [CODER_TAG],
      allow: [{ protocol: "tcp", ports: ["22"] }],
    });
    this.rules = [coder, figures, ssh];
  }
}
