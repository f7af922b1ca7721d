import { type Command, Option } from "commander";
import { count, duration, positive, share } from "../../../tools/quantities.ts";
import { sha256 } from "./values.ts";

/** Far more than 16 workers have ever held. A larger number is a mistake. */
const MOST_CONNECTIONS = 1_000_000;
/** One MiB. */
const MOST_BYTES = 1_048_576;

/** Adds the flags that say how many connections are held, and how. */
export function addConnectionOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--connections <n>", "connections held at the same time (default: one for each workspace)")
        .env("REFBENCH_SCALETEST_CONNECTIONS")
        .argParser(count("--connections", 0, MOST_CONNECTIONS)),
    )
    .addOption(sshShareOption())
    .option("--ssh", "all connections use SSH")
    .addOption(
      new Option(
        "--workspace-proxy <name>",
        "workspace proxy at which terminals are opened, by its name or URL (default: at Coder itself)",
      ).env("REFBENCH_SCALETEST_WORKSPACE_PROXY"),
    )
    .addOption(
      new Option("--agent <name>", "agent to connect to where a workspace has several").env(
        "REFBENCH_SCALETEST_AGENT",
      ),
    )
    .addOption(
      new Option("--connect-timeout <duration>", "until a connection is open")
        .env("CODER_SCALETEST_CONNECT_TIMEOUT")
        .default(30_000, "30s")
        .argParser(duration("--connect-timeout", { orZero: true })),
    )
    .addOption(
      new Option(
        "--connect-hold <duration>",
        "how long the connections are held; Coder's own count needs a minute",
      )
        .env("CODER_SCALETEST_CONNECT_HOLD")
        .default(75_000, "75s")
        .argParser(duration("--connect-hold", { orZero: true })),
    )
    .addOption(
      new Option("--connect-rate <n>", "connections opened a second (default: all within half a minute)")
        .env("REFBENCH_SCALETEST_CONNECT_RATE")
        .argParser(positive("--connect-rate")),
    );
}

/** The flag of how many connections use SSH. */
export function sshShareOption(): Option {
  return new Option(
    "--ssh-share <share>",
    "share of the connections that use SSH, 0 to 1; others are web terminals",
  )
    .env("REFBENCH_SCALETEST_SSH_SHARE")
    .default(0)
    .argParser(share("--ssh-share"));
}

/** Adds the flags that say what passes through the held connections. */
export function addTrafficRateOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        "--connect-interval <duration>",
        "time between verified commands on each connection (default: 10s)",
      )
        .env("CODER_SCALETEST_CONNECT_INTERVAL")
        .argParser(duration("--connect-interval", { orZero: true })),
    )
    .addOption(
      new Option(
        "--commands-per-second <n>",
        "commands on all connections together, instead of --connect-interval",
      )
        .env("REFBENCH_SCALETEST_COMMANDS_PER_SECOND")
        .argParser(positive("--commands-per-second", { orZero: true })),
    )
    .addOption(
      new Option(
        "--bytes-per-tick <n>",
        "further traffic that each connection sends (default: none; for the command traffic: 1024)",
      )
        .env("CODER_SCALETEST_WORKSPACE_TRAFFIC_BYTES_PER_TICK")
        .argParser(count("--bytes-per-tick", 1, MOST_BYTES)),
    )
    .addOption(
      new Option("--tick-interval <duration>", "time between its ticks")
        .env("CODER_SCALETEST_WORKSPACE_TRAFFIC_TICK_INTERVAL")
        .default(100, "100ms")
        .argParser(duration("--tick-interval", { orZero: true })),
    );
}

/** Adds the flags that say which program carries SSH. */
export function addSshClientOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        "--coder-binary <file>",
        "program that carries SSH, and makes the load of --engine coder (default: coder on PATH)",
      ).env("REFBENCH_CODER_BINARY"),
    )
    .addOption(
      new Option(
        "--ssh-client <source>",
        "offered: SSH uses the program that the deployment offers, run on this machine as this user; not over plain HTTP",
      )
        .env("REFBENCH_SSH_CLIENT")
        .choices(["offered"]),
    )
    .addOption(
      new Option(
        "--coder-client-sha256 <digest>",
        "as --ssh-client offered, where that program has this SHA-256; another program is not run",
      )
        .env("REFBENCH_CODER_CLIENT_SHA256")
        .argParser(sha256("--coder-client-sha256")),
    );
}
