import { type Command, Option } from "commander";
import type { OutputSpec } from "../../../results/format/output-spec.ts";
import { outputOption } from "../../options/output-option.ts";
import { type EngineChoice, engineOption } from "../../../loads/plan-engines.ts";
import { collect } from "../../options/parsers.ts";
import { addReachOptions, type ReachFlags, refuseFlag } from "./reach-options.ts";
import { addScenarioOptions, type ScenarioFlags } from "./scenario-options.ts";
import { abortOn, runName, range, sha256, steps } from "./values.ts";
import { count, duration, positive, rate, share } from "../../../tools/quantities.ts";

/** What `create-workspaces` and `traffic` have in common, as commander leaves it. */
export interface LoadFlags extends ReachFlags, ScenarioFlags {
  readonly template?: string;
  readonly concurrency: number;
  readonly timeout: number;
  readonly jobTimeout: number;
  readonly agent?: string;
  readonly connections?: number;
  readonly sshShare: number;
  readonly ssh?: boolean;
  readonly coderBinary?: string;
  readonly sshClient?: "offered";
  /** In lower-case hex. */
  readonly coderClientSha256?: string;
  readonly engine: EngineChoice;
  readonly shards?: number;
  readonly connectTimeout: number;
  readonly connectHold: number;
  readonly connectInterval?: number;
  readonly commandsPerSecond?: number;
  /** New connections a second while they are opened. */
  readonly connectRate?: number;
  readonly bytesPerTick?: number;
  readonly tickInterval: number;
  readonly runCommand?: string;
  readonly runTimeout: number;
  readonly runExpectOutput?: string;
  readonly runExpectTimeout?: boolean;
  readonly abortOn?: ReturnType<typeof abortOn>;
  readonly maxFailures?: number;
  readonly output: readonly OutputSpec[];
  readonly dryRun?: boolean;
}

/** The flags of `create-workspaces`. */
export interface CreateFlags extends LoadFlags {
  readonly template: string;
  readonly count: number;
  readonly users?: number;
  readonly retry: number;
  readonly parameter: readonly string[];
  readonly richParameterFile?: string;
  readonly preset?: string;
  /** False with `--no-cleanup`. */
  readonly cleanup: boolean;
  /** False with `--no-wait-for-agents`. */
  readonly waitForAgents: boolean;
  readonly useHostLogin?: boolean;
  readonly loginEach?: boolean;
  /** True or the id of the run that made them. */
  readonly reuseUsers?: string | true;
  readonly rate?: number;
  readonly ramp?: number;
  readonly steps?: ReturnType<typeof steps>;
}

/** The flags of `traffic`. */
export interface TrafficFlags extends LoadFlags {
  readonly targetWorkspaces?: ReturnType<typeof range>;
  readonly run?: string;
}

/** Adds the flags of `create-workspaces`. */
export function addCreateOptions(command: Command): Command {
  const added = command
    .addOption(
      new Option("-c, --count <n>", "workspaces to create")
        .env("CODER_SCALETEST_COUNT")
        .default(1)
        .argParser(count("--count", 1)),
    )
    .addOption(
      new Option("-t, --template <name>", "template by name or id")
        .env("CODER_SCALETEST_TEMPLATE")
        .makeOptionMandatory(),
    )
    .addOption(
      new Option("--users <n>", "users who own them, by turns (default: one each)")
        .env("REFBENCH_SCALETEST_USERS")
        .argParser(count("--users", 1)),
    )
    .option(
      "--use-host-login",
      "all workspaces belong to you: no user is made (CODER_SCALETEST_USE_HOST_LOGIN)",
    )
    .option("--login-each", "each user logs in by password; otherwise you mint its token")
    .addOption(
      new Option("--reuse-users [run]", "take the users that this earlier run left, and leave them again")
        .env("REFBENCH_SCALETEST_REUSE_USERS")
        .argParser(runName("--reuse-users")),
    )
    .addOption(
      new Option("--parameter <name=value>", "template parameter; repeatable")
        .env("CODER_RICH_PARAMETER")
        .default([], "none")
        .argParser(collect),
    )
    .addOption(
      new Option("--rich-parameter-file <file>", "YAML file of template parameters").env(
        "CODER_RICH_PARAMETER_FILE",
      ),
    )
    .addOption(
      new Option("--preset <name>", "preset of the template, by name or id").env("CODER_PRESET_NAME"),
    )
    .addOption(
      new Option("--retry <n>", "further builds of a workspace whose build failed")
        .env("CODER_SCALETEST_RETRY")
        .default(0)
        .argParser(count("--retry", 0)),
    )
    .addOption(
      new Option(
        "--rate <n/s>",
        "open schedule: workspaces are asked for at this rate, whatever became of those before",
      )
        .env("REFBENCH_SCALETEST_RATE")
        .argParser(rate("--rate")),
    )
    .addOption(
      new Option("--ramp <duration>", "the rate rises to --rate over this time").argParser(
        duration("--ramp", { orZero: true }),
      ),
    )
    .addOption(
      new Option("--steps <rate:duration,…>", "an open schedule in steps: 2/s:30s,10/s:1m").argParser(steps),
    )
    .option("--no-cleanup", "leave workspaces and users (CODER_SCALETEST_NO_CLEANUP)")
    .option(
      "--no-wait-for-agents",
      "ready once built, nothing is connected (CODER_SCALETEST_NO_WAIT_FOR_AGENTS)",
    );
  const wireguard =
    "refbench reaches workspaces by web terminals and SSH: say how many with --connections and --ssh-share";
  refuseFlag(added, "--connect-url <url>", wireguard);
  refuseFlag(added, "--connect-mode <mode>", wireguard);
  refuseFlag(added, "--run-log-output", "output that is not as expected is shown as the failure's example");
  return addLoadOptions(added);
}

/** Adds the flags of `traffic`. */
export function addTrafficOptions(command: Command): Command {
  const added = command
    .addOption(
      new Option("-t, --template <name>", "only workspaces of this template").env("CODER_SCALETEST_TEMPLATE"),
    )
    .addOption(
      new Option("--target-workspaces <start:end>", "only these, in listing order, the end not part of it")
        .env("CODER_SCALETEST_TARGET_WORKSPACES")
        .argParser(range),
    )
    .addOption(new Option("--run <id>", "only workspaces of this run").argParser(runName("--run")));
  refuseFlag(
    added,
    "--disable-direct",
    "how SSH travels is the deployment's and the coder binary's, and is measured",
  );
  refuseFlag(added, "--workspace-proxy-url <url>", "give the proxy's URL as --url");
  refuseFlag(
    added,
    "--use-host-login",
    "traffic goes to every workspace that refbench made, --run says of which run",
  );
  return addLoadOptions(added);
}

function addLoadOptions(command: Command): Command {
  return addReachOptions(addScenarioOptions(addConnectionOptions(command)))
    .addOption(
      new Option("--concurrency <n>", "workspaces at once; 0 = all")
        .env("CODER_SCALETEST_CONCURRENCY")
        .default(1)
        .argParser(count("--concurrency", 0)),
    )
    .addOption(
      new Option("--timeout <duration>", "for the whole load, then it stops and cleans up; 0 = none")
        .env("CODER_SCALETEST_TIMEOUT")
        .default(30 * 60_000, "30m")
        .argParser(duration("--timeout", { orZero: true })),
    )
    .addOption(
      new Option(
        "--job-timeout <duration>",
        "for the build of one workspace, and again for its agents; 0 = none",
      )
        .env("CODER_SCALETEST_JOB_TIMEOUT")
        .default(0, "none")
        .argParser(duration("--job-timeout", { orZero: true })),
    )
    .addOption(
      new Option("--run-command <command>", "run in the web terminal of each workspace").env(
        "CODER_SCALETEST_RUN_COMMAND",
      ),
    )
    .addOption(
      new Option("--run-timeout <duration>", "for the command")
        .env("CODER_SCALETEST_RUN_TIMEOUT")
        .default(60_000, "60s")
        .argParser(duration("--run-timeout", { orZero: true })),
    )
    .addOption(
      new Option(
        "--run-expect-output <line>",
        "a whole line that the command must print (default: it must succeed)",
      ).env("CODER_SCALETEST_RUN_EXPECT_OUTPUT"),
    )
    .option(
      "--run-expect-timeout",
      "it is right that the command does not end in time (CODER_SCALETEST_RUN_EXPECT_TIMEOUT)",
    )
    .addOption(
      new Option("--abort-on <limits>", "stop by itself when Coder's API suffers: p95=500ms,errors=5%")
        .env("REFBENCH_SCALETEST_ABORT_ON")
        .argParser(abortOn),
    )
    .addOption(
      new Option("--max-failures <n>", "workspaces that may fail (default: 1 %)")
        .env("CODER_SCALETEST_MAX_FAILURES")
        .argParser(count("--max-failures", 0)),
    )
    .addOption(outputOption({ env: "CODER_SCALETEST_OUTPUTS" }))
    .option("--dry-run", "look, check and say what would be done; nothing is created");
}

function addConnectionOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--connections <n>", "connections held at the same time (default: one a workspace)")
        .env("REFBENCH_SCALETEST_CONNECTIONS")
        .argParser(count("--connections", 0)),
    )
    .addOption(
      new Option("--ssh-share <share>", "share of them that are SSH, 0 to 1; the rest are web terminals")
        .env("REFBENCH_SCALETEST_SSH_SHARE")
        .default(0)
        .argParser(share("--ssh-share")),
    )
    .option("--ssh", "all of them are SSH")
    .addOption(engineOption())
    .addOption(
      new Option(
        "--shards <n>",
        "generator processes that the load is dealt over, 1 to 16 (default: one per 10,000 connections)",
      )
        .env("REFBENCH_SCALETEST_SHARDS")
        .argParser(count("--shards", 1, 16)),
    )
    .addOption(
      new Option("--coder-binary <file>", "carries SSH, and is engine coder (default: coder on PATH)").env(
        "REFBENCH_CODER_BINARY",
      ),
    )
    .addOption(
      new Option(
        "--ssh-client <source>",
        "offered: SSH is carried by the program that the deployment offers, run on this machine as this user; not over plain HTTP",
      )
        .env("REFBENCH_SSH_CLIENT")
        .choices(["offered"]),
    )
    .addOption(
      new Option(
        "--coder-client-sha256 <digest>",
        "as --ssh-client offered, where that program has this SHA-256; another one is not run",
      )
        .env("REFBENCH_CODER_CLIENT_SHA256")
        .argParser(sha256("--coder-client-sha256")),
    )
    .addOption(
      new Option("--agent <name>", "the agent to reach where a workspace has several").env(
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
      new Option("--connect-interval <duration>", "between verified commands on each (default: 10s)")
        .env("CODER_SCALETEST_CONNECT_INTERVAL")
        .argParser(duration("--connect-interval", { orZero: true })),
    )
    .addOption(
      new Option("--connect-rate <n>", "connections opened a second (default: all within half a minute)")
        .env("REFBENCH_SCALETEST_CONNECT_RATE")
        .argParser(positive("--connect-rate")),
    )
    .addOption(
      new Option("--commands-per-second <n>", "over all held connections, instead of --connect-interval")
        .env("REFBENCH_SCALETEST_COMMANDS_PER_SECOND")
        .argParser(positive("--commands-per-second", { orZero: true })),
    )
    .addOption(
      new Option("--bytes-per-tick <n>", "traffic that each sends besides (default: none; of traffic: 1024)")
        .env("CODER_SCALETEST_WORKSPACE_TRAFFIC_BYTES_PER_TICK")
        .argParser(count("--bytes-per-tick", 1)),
    )
    .addOption(
      new Option("--tick-interval <duration>", "between its ticks")
        .env("CODER_SCALETEST_WORKSPACE_TRAFFIC_TICK_INTERVAL")
        .default(100, "100ms")
        .argParser(duration("--tick-interval", { orZero: true })),
    );
}
