import { Option, type Command } from "commander";
import { licenceFileOption } from "./licence-option.ts";

/** Adds the flags of real runs, and `--runner`, which names the machine that makes the load. */
export function addCloudOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        "--project <id>",
        "real run: the Google project, whose owner labelled it refbench=allowed",
      ).env("REFBENCH_PROJECT"),
    )
    .addOption(
      new Option("--account <id>", "real run: the AWS account, whose owner marked it refbench-allowed").env(
        "REFBENCH_ACCOUNT",
      ),
    )
    .addOption(
      new Option("--region <name>", "real run: another region than the architecture's").env(
        "REFBENCH_REGION",
      ),
    )
    .addOption(new Option("--zone <name>", "another zone than the architecture's").env("REFBENCH_ZONE"))
    .addOption(licenceFileOption())
    .addOption(
      new Option(
        "--skip-canary",
        "real run: start a larger size without a clean canary; the record says so",
      ).env("REFBENCH_SKIP_CANARY"),
    )
    .addOption(
      new Option("--skip-preflight <names>", "on an emulated cloud: leave these checks out").env(
        "REFBENCH_SKIP_PREFLIGHT",
      ),
    )
    .addOption(runnerOption());
}

/** Returns the flag that names the machine which makes the load. */
export function runnerOption(): Option {
  return new Option(
    "--runner <where>",
    "where the load comes from: a machine inside the network, or this one, which then needs a route to Coder",
  )
    .env("REFBENCH_RUNNER")
    .choices(["network", "local"])
    .default("network");
}
