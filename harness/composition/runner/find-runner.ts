import { RefbenchError } from "../../tools/error.ts";
import type { FindRunner } from "../../model/ports/runner.ts";
import { twinRunnerAccess } from "../../../rehearsal/runner/access.ts";
import type { Provider } from "../../../reference-architectures/zones.ts";

/** The place of the load runner, from the outputs of the cloud's stack. */
export interface RunnerPlace {
  readonly project: string;
  readonly region: string;
  readonly zone: string;
  /** The machine's name on Google, its instance id on AWS. */
  readonly runner_machine?: string | undefined;
}

export interface FindRunnerOptions {
  readonly cloud: Provider;
  /** Reads the outputs when the runner is needed, because there are none before provision. */
  readonly place: (signal: AbortSignal) => Promise<RunnerPlace>;
  /** The environment's own key in OpenSSH's format, or undefined if it is lost. */
  readonly privateKey: () => Promise<string | undefined>;
  readonly env: NodeJS.ProcessEnv;
  /** Folder of the twin in a rehearsal. @default the cloud itself */
  readonly twinRoot?: string;
}

/** Finds the load runner of an environment: its machine by the outputs, its tunnel by the cloud. */
export function findRunnerOf(options: FindRunnerOptions): FindRunner {
  return async (signal) => {
    const { project, region, zone, runner_machine: machine } = await options.place(signal);
    if (machine === undefined || machine === "") {
      throw new RefbenchError(
        "usage",
        "this environment has no load runner: its outputs name no runner_machine; where this machine has a route to Coder (a VPN, a forwarded port), use --runner local",
      );
    }
    const privateKey = await options.privateKey();
    if (privateKey === undefined) {
      throw new RefbenchError(
        "usage",
        `the key of the load runner ${machine} is lost: expected in the secrets.json of its environment; where this machine has a route to Coder, use --runner local`,
      );
    }
    const { twinRoot, env } = options;
    if (twinRoot !== undefined) return twinRunnerAccess(twinRoot, machine, privateKey);
    switch (options.cloud) {
      case "google": {
        const { googleRunnerAccess } = await import("./google.ts");
        return googleRunnerAccess({ machine, project, zone, privateKey, env });
      }
      case "aws": {
        // Loaded only for AWS, because the SDK's client is slow to load.
        const { awsRunnerAccess } = await import("./aws.ts");
        return awsRunnerAccess({ machine, region, privateKey, env });
      }
      case "kubernetes":
        throw new RefbenchError(
          "usage",
          "a cluster of your own has no load runner: its load comes from a Job; use --runner job",
        );
    }
  };
}
