import { type Command, Option } from "commander";
import { RefbenchError } from "../../../tools/error.ts";
import { contextOption, kubeconfigOption } from "../../options/own-cluster-options.ts";

/** Adds the flags that say where the load comes from, and which pods make it. */
export function addJobOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        "--runner <where>",
        "where the load comes from: this machine, or the pods of a Job in a cluster, which must reach the deployment",
      )
        .env("REFBENCH_SCALETEST_RUNNER")
        .choices(["local", "job"])
        .default("local"),
    )
    .addOption(kubeconfigOption())
    .addOption(contextOption())
    .addOption(
      new Option(
        "--load-namespace <name>",
        "an existing namespace for the pods (default: one is made, and removed at the end)",
      ).env("REFBENCH_LOAD_NAMESPACE"),
    )
    .addOption(
      new Option(
        "--coder-namespace <name>",
        "the namespace of Coder in the cluster: observe its pods and nodes during the load, also without a Job",
      ).env("REFBENCH_CODER_NAMESPACE"),
    )
    .addOption(
      new Option(
        "--image <role=reference>",
        "generator=<reference>: an image with node, for clusters that cannot pull the public one",
      )
        .env("REFBENCH_IMAGES")
        .argParser(generatorImage),
    );
}

/** A cluster's variable may name images of other roles too. */
function generatorImage(text: string, before: string | undefined): string | undefined {
  for (const pair of text.split(",")) {
    const [role, reference = ""] = splitOnce(pair);
    if (!["generator", "coder", "postgres", "workspace"].includes(role) || reference === "")
      throw new RefbenchError(
        "usage",
        `--image is ${pair}, expected generator=<reference>, such as generator=registry.example.com/node:22`,
      );
    if (role === "generator") return reference;
  }
  return before;
}

function splitOnce(pair: string): [string, string | undefined] {
  const at = pair.indexOf("=");
  return at < 0 ? [pair, undefined] : [pair.slice(0, at), pair.slice(at + 1)];
}
