import { readFileSync } from "node:fs";
import { DataAwsSsmParameter } from "@cdktf/provider-aws/lib/data-aws-ssm-parameter/index.js";
import { IamInstanceProfile } from "@cdktf/provider-aws/lib/iam-instance-profile/index.js";
import { Instance } from "@cdktf/provider-aws/lib/instance/index.js";
import { SecurityGroup } from "@cdktf/provider-aws/lib/security-group/index.js";
import { VpcSecurityGroupEgressRule } from "@cdktf/provider-aws/lib/vpc-security-group-egress-rule/index.js";
import { Construct } from "constructs";
import type { Size } from "../../reference-architectures/architecture.ts";
import type { Environment } from "../environment.ts";
import { benchLabels, benchName } from "../labels.ts";
import type { CloudOutputs } from "../outputs.ts";
import { runnerScript } from "../runner/runner-script.ts";
import { hardEnd } from "./hard-expiry.ts";
import type { AwsNetwork } from "./network.ts";
import { Role, serviceTrust } from "./role.ts";
import { packageFile } from "../../reference-architectures/package-file.ts";

const STARTUP = readFileSync(packageFile("stacks/aws/startup/runner.sh"), "utf8");

/** Amazon Linux 2023, which contains the agent for connections. AWS publishes the newest build here. */
const IMAGE_PARAMETER = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-6.1-x86_64";

export interface AwsLoadRunnerProps {
  readonly environment: Environment;
  readonly machine: Size["machines"]["runner"];
  readonly network: AwsNetwork;
  /** The public key of the run's SSH key. */
  readonly publicKey: string;
}

/** The machine from which the load runs, beside Coder: Coder has no address outside of its network. */
export class AwsLoadRunner extends Construct {
  readonly instanceId: string;

  constructor(
    scope: Construct,
    id: string,
    { environment, machine, network, publicKey }: AwsLoadRunnerProps,
  ) {
    super(scope, id);
    const name = benchName(environment, "runner");
    const role = new Role(this, "identity", {
      environment,
      role: "runner",
      trust: serviceTrust("ec2"),
      // For AWS's own tunnel only.
      policies: ["AmazonSSMManagedInstanceCore"],
    });
    const profile = new IamInstanceProfile(this, "profile", { name, role: role.name });
    // No ingress: its agent calls AWS, and connections use that call.
    const group = new SecurityGroup(this, "security-group", {
      name,
      description: `Load runner of refbench run ${environment.runId}`,
      vpcId: network.networkId,
      tags: { Name: name },
    });
    const out = new VpcSecurityGroupEgressRule(this, "out", {
      securityGroupId: group.id,
      cidrIpv4: "0.0.0.0/0",
      ipProtocol: "-1",
      tags: { Name: name },
    });
    const image = new DataAwsSsmParameter(this, "image", { name: IMAGE_PARAMETER });
    const instance = new Instance(this, "machine", {
      ami: image.insecureValue,
      instanceType: machine.machineType,
      // A subnetwork without public addresses.
      subnetId: network.subnetworkId,
      vpcSecurityGroupIds: [group.id],
      iamInstanceProfile: profile.name,
      disableApiTermination: false,
      // Its own clock ends it, and a machine that only stops keeps its disk.
      instanceInitiatedShutdownBehavior: "terminate",
      metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
      rootBlockDevice: {
        volumeType: "gp3",
        volumeSize: machine.diskGib,
        encrypted: true,
        deleteOnTermination: true,
      },
      userData: runnerScript(STARTUP, { public_key: publicKey, end: hardEnd(environment) ?? "" }),
      userDataReplaceOnChange: true,
      tags: { Name: name },
      // A newer build of AWS is for the next environment: this machine keeps its own.
      lifecycle: { ignoreChanges: ["ami"] },
      dependsOn: [...network.egress, ...role.ready, out],
    });
    // An override, because cdktf would turn the property `bench-run` into `bench_run`, which no sweep finds.
    instance.addOverride("root_block_device.tags", { ...benchLabels(environment), Name: name });
    this.instanceId = instance.id;
  }
}

/** Adds the load runner when the environment has a key for it, and returns its output. */
export function addAwsLoadRunner(
  scope: Construct,
  props: { readonly environment: Environment; readonly size: Size; readonly network: AwsNetwork },
): Pick<CloudOutputs, "runner_machine"> {
  const { environment, size, network } = props;
  if (environment.runner === undefined) return {};
  const runner = new AwsLoadRunner(scope, "runner", {
    environment,
    machine: size.machines.runner,
    network,
    publicKey: environment.runner.publicKey,
  });
  return { runner_machine: runner.instanceId };
}
