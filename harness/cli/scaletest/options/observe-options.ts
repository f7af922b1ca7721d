import { type Command, Option } from "commander";
import { collect } from "../../options/parsers.ts";

/** Adds the flags that say what of the deployment may be observed while it is loaded. */
export function addObserveOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        "--metrics-url <url>",
        "a coderd replica's metrics, such as http://10.0.0.5:2112/metrics, read every 5 s from where the load runs; repeatable, one for each replica",
      )
        .env("REFBENCH_METRICS_URL")
        .default([], "none")
        .argParser(collect),
    )
    .addOption(
      new Option(
        "--prometheus <url>",
        "a Prometheus that knows the deployment, asked every 5 s from where the load runs",
      ).env("REFBENCH_PROMETHEUS"),
    )
    .addOption(
      new Option(
        "--prometheus-query <series=promql>",
        "what to ask it for one of the series that a record can hold; the labels of each result name the thing; repeatable",
      )
        .default([], "none")
        .argParser(collect),
    )
    .addOption(
      new Option(
        "--metrics-header-file <file>",
        "headers for the two above, one a line, such as a bearer token: a file keeps it out of the list of processes",
      ).env("REFBENCH_METRICS_HEADER_FILE"),
    )
    .addOption(
      new Option(
        "--postgres-url-file <file>",
        "a file of mode 600 with the postgres:// URL of a role that may read the statistics of Coder's database, which is asked every 5 s from where the load runs",
      ).env("REFBENCH_POSTGRES_URL_FILE"),
    );
}
