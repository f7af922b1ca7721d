import { Option, type Command } from "commander";
import { licenceFileOption } from "./licence-option.ts";

/** Adds the flags that say in which cloud, account and place a run takes place, and which machine makes its load. */
export function addWhereOptions(command: Command): Command {
  return command
    .addOption(rehearseOption("on this machine against the twin cloud: real Terraform, no cloud, no account"))
    .addOption(projectOption("real run: the Google project, which its owner labelled refbench=allowed"))
    .addOption(accountOption("real run: the AWS account, which its owner marked refbench-allowed"))
    .addOption(regionOption("real run: another region than the architecture's"))
    .addOption(zoneOption())
    .addOption(runnerOption());
}

/** Adds the further flags of real runs. */
export function addRealRunOptions(command: Command): Command {
  return command
    .addOption(licenceFileOption())
    .addOption(
      new Option(
        "--skip-canary",
        "start a larger size without a clean canary before it; the record says so",
      ).env("REFBENCH_SKIP_CANARY"),
    )
    .addOption(skipPreflightOption());
}

/** `--rehearse`. */
export function rehearseOption(description: string): Option {
  return new Option("--rehearse", description).env("REFBENCH_REHEARSE");
}

/** `--project`. */
export function projectOption(description: string): Option {
  return new Option("--project <id>", description).env("REFBENCH_PROJECT");
}

/** `--account`. */
export function accountOption(description: string): Option {
  return new Option("--account <id>", description).env("REFBENCH_ACCOUNT");
}

/** `--region`. */
export function regionOption(description: string): Option {
  return new Option("--region <name>", description).env("REFBENCH_REGION");
}

/** `--zone`. */
export function zoneOption(): Option {
  return new Option("--zone <name>", "another zone than the architecture's").env("REFBENCH_ZONE");
}

/** `--skip-preflight`. */
export function skipPreflightOption(): Option {
  return new Option("--skip-preflight <names>", "on an emulated cloud: skip these checks").env(
    "REFBENCH_SKIP_PREFLIGHT",
  );
}

/** `--runner`: the machine that makes the load. */
export function runnerOption(): Option {
  return new Option(
    "--runner <where>",
    "where the load comes from: a machine inside the network, this one, which then needs a route to Coder, or the pods of a Job in the cluster",
  )
    .env("REFBENCH_RUNNER")
    .choices(["network", "local", "job"])
    .default("network", "network; in your own cluster job");
}
