import type { CloudOutputs } from "../../../stacks/outputs.ts";
import { RefbenchError } from "../../model/error.ts";
import type { ShardRunner } from "../../model/shard.ts";
import { localShardRunner } from "../../workload/local-runner.ts";
import type { Io } from "../io.ts";
import type { ManualDeployment } from "./deployment.ts";

/** Where the drain runs: on this machine, or on the load runner of the environment. */
export function chooseShardRunner(
  runner: "network" | "local",
  _deployment: ManualDeployment,
  _outputs: CloudOutputs,
  io: Io,
): ShardRunner {
  if (runner === "local") return localShardRunner({ env: io.env });
  throw new RefbenchError("usage", "--runner network is not there yet");
}
