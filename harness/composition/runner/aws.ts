import { GetConsoleOutputCommand } from "@aws-sdk/client-ec2";
import { sdkClients } from "../../inventory/aws/clients.ts";
import { patientSend } from "../../inventory/aws/session.ts";
import { type Clock, systemClock } from "../../tools/time/clock.ts";
import { childEnvironment } from "../../model/environment/child-environment.ts";
import { messageOf, RefbenchError } from "../../tools/error.ts";
import type { RunnerAccess } from "../../model/ports/runner.ts";
import { consoleHostKeys } from "./console-host-keys.ts";
import { RUNNER_FOLDER, RUNNER_NODE, RUNNER_USER } from "../../../stacks/runner/runner-machine.ts";
import { getTunnelCommand } from "./tunnel-tool.ts";

export interface AwsRunner {
  /** Id of the EC2 instance. */
  readonly machine: string;
  readonly region: string;
  /** The run's own key, in OpenSSH's format. */
  readonly privateKey: string;
  readonly env: NodeJS.ProcessEnv;
  /** @default the system's */
  readonly clock?: Clock;
}

/** A load runner on EC2, reached through Session Manager without a public address or an open port. */
export async function awsRunnerAccess(options: AwsRunner): Promise<RunnerAccess> {
  const { machine, region, env } = options;
  const command = await getTunnelCommand("aws", env);
  return {
    name: `${machine} in ${region}`,
    tunnel: {
      command,
      args: [
        "ssm",
        "start-session",
        `--target=${machine}`,
        "--document-name=AWS-StartSSHSession",
        "--parameters=portNumber=22",
        `--region=${region}`,
      ],
      env: childEnvironment("tunnel", env),
    },
    user: RUNNER_USER,
    privateKey: options.privateKey,
    hostKeys: (signal) => hostKeysOf(options, signal),
    node: RUNNER_NODE,
    folder: RUNNER_FOLDER,
  };
}

/** cloud-init prints the keys to the machine's console, which EC2 shows to callers that may describe the machine. */
async function hostKeysOf(
  { machine, region, env, clock = systemClock }: AwsRunner,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const send = patientSend({ client: sdkClients(region, env), clock, signal });
  const refuse = (why: string, cause?: unknown): never => {
    throw new RefbenchError("infrastructure", `no host keys of ${machine} in ${region}: ${why}`, { cause });
  };
  let output: string | undefined;
  try {
    ({ Output: output } = await send(
      "ec2",
      // The present console, not that of the last reboot.
      new GetConsoleOutputCommand({ InstanceId: machine, Latest: true }),
    ));
  } catch (error) {
    signal.throwIfAborted();
    return refuse(messageOf(error), error);
  }
  const keys = consoleHostKeys(Buffer.from(output ?? "", "base64").toString("utf8"));
  return keys.length > 0 ? keys : refuse("the machine has not printed them to its console yet");
}
