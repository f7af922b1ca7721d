import { googleApi } from "../../inventory/google/api.ts";
import { type GoogleAuth, googleAuth } from "../../inventory/google/auth.ts";
import { googleEndpoints } from "../../inventory/google/endpoints.ts";
import { list, record } from "../../inventory/google/refusal.ts";
import { type Clock, systemClock } from "../../tools/time/clock.ts";
import { RefbenchError } from "../../tools/error.ts";
import type { RunnerAccess } from "../../model/ports/runner.ts";
import { gcloudEnvironment } from "./gcloud-environment.ts";
import { RUNNER_FOLDER, RUNNER_NODE, RUNNER_USER } from "../../../stacks/runner/runner-machine.ts";
import { getTunnelCommand } from "./tunnel-tool.ts";

export interface GoogleRunner {
  /** Name of the Compute Engine machine. */
  readonly machine: string;
  readonly project: string;
  readonly zone: string;
  /** The run's own key, in OpenSSH's format. */
  readonly privateKey: string;
  readonly env: NodeJS.ProcessEnv;
  /** @default the identity that Terraform's provider would use */
  readonly auth?: GoogleAuth;
  /** @default the system's */
  readonly clock?: Clock;
}

/** A load runner on Compute Engine, reached through Identity-Aware Proxy without a public address or an open port. */
export async function googleRunnerAccess(options: GoogleRunner): Promise<RunnerAccess> {
  const { machine, project, zone, env } = options;
  const command = await getTunnelCommand("google", env);
  return {
    name: `${machine} in ${zone}`,
    tunnel: {
      command,
      args: [
        "compute",
        "start-iap-tunnel",
        machine,
        "22",
        "--listen-on-stdin",
        `--project=${project}`,
        `--zone=${zone}`,
        // Only reasons remain on stderr, for the error message.
        "--verbosity=error",
        // Nobody can answer a prompt.
        "--quiet",
      ],
      env: await gcloudEnvironment(env),
    },
    user: RUNNER_USER,
    privateKey: options.privateKey,
    hostKeys: (signal) => hostKeysOf(options, signal),
    node: RUNNER_NODE,
    folder: RUNNER_FOLDER,
  };
}

/** Google's guest agent writes the keys into the machine's guest attributes once sshd has them. */
async function hostKeysOf(
  { machine, project, zone, env, auth = googleAuth(env), clock = systemClock }: GoogleRunner,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const answer = await googleApi({ auth, endpoints: googleEndpoints(env), clock })(
    {
      api: "compute",
      method: "GET",
      path: `projects/${project}/zones/${zone}/instances/${machine}/getGuestAttributes`,
      query: { queryPath: "hostkeys/" },
    },
    signal,
  );
  const refuse = (why: string): never => {
    throw new RefbenchError("infrastructure", `no host keys of ${machine} in ${zone}: ${why}`);
  };
  if (answer.state === "gone") {
    return refuse(
      `the machine has not reported any yet, or has gone (${answer.reason}): it reports them when sshd first starts`,
    );
  }
  if (answer.state !== "ok") return refuse(answer.reason);
  const keys = list(record(answer.body["queryValue"])["items"])
    .map(record)
    .filter(({ key, value }) => typeof key === "string" && typeof value === "string")
    .map(({ key, value }) => `${key as string} ${(value as string).trim()}`);
  return keys.length > 0 ? keys : refuse("the machine has not reported any yet");
}
