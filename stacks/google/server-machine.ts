import type { ComputeInstanceConfig } from "@cdktf/provider-google/lib/compute-instance/index.js";
import type { ITerraformDependable } from "cdktf";
import { DEBIAN_IMAGE } from "../../reference-architectures/artefacts/machine-image.ts";
import type { Environment } from "../environment.ts";
import { benchLabels } from "../labels.ts";
import { hardExpiry } from "./hard-expiry.ts";
import type { GoogleNetwork } from "./network.ts";

export interface ServerMachineProps {
  readonly environment: Environment;
  readonly name: string;
  readonly machine: { readonly machineType: string; readonly minCpuPlatform?: string | undefined };
  readonly diskGib: number;
  readonly network: GoogleNetwork;
  /** The email of its account. */
  readonly account: string;
  readonly tags?: string[];
  /** It has no secrets, because everyone on the machine, and everyone who may see the instance, can read it. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly dependsOn: ITerraformDependable[];
}

/** Returns a machine of the run's own programs: without a public address, and never restarted in a measurement. */
export function serverMachine(props: ServerMachineProps): ComputeInstanceConfig {
  const { environment, network } = props;
  const { machineType, minCpuPlatform } = props.machine;
  return {
    name: props.name,
    zone: environment.zone,
    machineType,
    ...(minCpuPlatform === undefined ? {} : { minCpuPlatform }),
    deletionProtection: false,
    ...(props.tags === undefined ? {} : { tags: props.tags }),
    bootDisk: {
      autoDelete: true,
      initializeParams: {
        image: DEBIAN_IMAGE,
        size: props.diskGib,
        type: "pd-ssd",
        // The provider's default labels are not applied to a disk that is created with its machine.
        labels: benchLabels(environment),
      },
    },
    // Without an access configuration the machine has no public address.
    networkInterface: [{ subnetwork: network.subnetworkId }],
    shieldedInstanceConfig: { enableSecureBoot: true, enableVtpm: true, enableIntegrityMonitoring: true },
    serviceAccount: {
      email: props.account,
      // Its grants limit it. Narrower scopes would only repeat that.
      scopes: ["https://www.googleapis.com/auth/cloud-platform"],
    },
    scheduling: {
      provisioningModel: "STANDARD",
      onHostMaintenance: "MIGRATE",
      // A machine that restarts during a measurement would be part of it.
      automaticRestart: false,
      ...hardExpiry(environment),
    },
    metadata: { "block-project-ssh-keys": "TRUE", ...props.metadata },
    dependsOn: props.dependsOn,
  };
}
