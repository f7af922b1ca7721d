import { Option, type Command } from "commander";
import { userInfo } from "node:os";
import { RefbenchError } from "../../tools/error.ts";
import { recordSchema } from "../../model/record/record.ts";
import type { CoderChannel } from "../../../reference-architectures/coder/coder-channels.ts";
import type { Plan } from "../../pipeline/folder/plan.ts";
import { DEFAULT_TTL_MS, MAX_SEED } from "../../composition/settings/defaults.ts";
import { count, duration, LONGEST_AGE_MS, positive } from "../../tools/quantities.ts";
import type { CloudFlags } from "../../composition/cloud-request.ts";
import { coderVersionOption } from "../../composition/settings/coder-channel.ts";
import { addRealRunOptions, addWhereOptions } from "./cloud-options.ts";
import { bucketUrl, collect } from "./parsers.ts";
import { addRehearsalOptions, addTwinSpeeds } from "./rehearsal-options.ts";
import { addClusterAccessOptions, type ClusterAccessFlags } from "./cluster-access.ts";
import { addOwnClusterOptions, type OwnClusterFlags } from "./own-cluster-options.ts";
import type { Io } from "../../composition/settings/io.ts";
import { scheduleOption } from "./schedule-option.ts";
import { tlsOption, type TlsFlags } from "./tls-option.ts";
import { parseJson } from "../../tools/parse-json.ts";

/** Enough for a difference of 10 % where a load's figures vary by 2.5 %. The comparison reports what it could not detect. */
const DEFAULT_PAIRS = 8;

/** The flags that `run` and `stage preflight` share, as commander leaves them. */
export interface RunFlags extends CloudFlags, ClusterAccessFlags, OwnClusterFlags, TlsFlags {
  readonly size?: string;
  readonly set: readonly string[];
  readonly scenario?: "mixed";
  /** File of the schedule of `mixed`. */
  readonly schedule?: string;
  readonly coderVersion?: string;
  readonly compare?: string;
  readonly pairs: number;
  readonly seed?: number;
  readonly coderChannel?: CoderChannel;
  readonly night?: string;
  readonly failedOver?: NonNullable<Plan["failedOver"]>;
  readonly rehearse?: boolean;
  readonly speed: number;
  readonly buildSpeed: number;
  readonly failBuilds: number;
  /** Milliseconds. */
  readonly shellDelay?: number;
  readonly faults?: string;
  readonly coderServer?: string;
  readonly coderProviderMirror?: string;
  readonly ttl: number;
  readonly keepOnFailure?: number;
  readonly keepMax: number;
  readonly maxCost?: number;
  readonly owner: string;
  readonly mirror?: string;
  readonly state?: string;
  readonly runner: Plan["runner"];
}

/** Adds the flags that define a run, in groups: first the ones that most runs need. */
export function addRunOptions(command: Command, io: Io): Command {
  addWhereOptions(command.optionsGroup("Where it runs:"));
  addMeasuredOptions(command.optionsGroup("What is measured:"));
  addLifetimeOptions(command.optionsGroup("Lifetime, cost and state:"), io);
  addRealRunOptions(command.optionsGroup("Real runs:"));
  addClusterAccessOptions(command);
  addOwnClusterOptions(command.optionsGroup("Your own cluster:"));
  addRehearsalOptions(command.optionsGroup("Rehearsals:"));
  addTwinSpeeds(command);
  return command.optionsGroup("Options:");
}

/** Adds the flags that say which load is measured, on which Coder. */
function addMeasuredOptions(command: Command): Command {
  command
    .addOption(sizeOption())
    .addOption(setOption())
    .addOption(
      new Option("--scenario <name>", "what follows once workspaces are ready: a mixed schedule")
        .env("REFBENCH_SCENARIO")
        .choices(["mixed"]),
    )
    .addOption(scheduleOption().env("REFBENCH_SCHEDULE"))
    .addOption(coderVersionOption());
  addComparisonOptions(command);
  return addNightOptions(command);
}

/** `--size`. */
export function sizeOption(): Option {
  return new Option(
    "--size <name>",
    "size of the architecture (default: the one that `architectures list` marks with *)",
  ).env("REFBENCH_SIZE");
}

/** `--set`. */
export function setOption(): Option {
  return new Option(
    "--set <path=value>",
    "override one figure of the size, such as connections.total=2000; repeatable, or several with commas",
  )
    .env("REFBENCH_SET")
    .default([], "none")
    .argParser(collect);
}

function addComparisonOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        "--compare <versions>",
        "two versions of Coder in turns in one environment, such as stable,mainline or 2.30.1,2.31.0",
      ).env("REFBENCH_COMPARE"),
    )
    .addOption(
      new Option("--pairs <n>", "with --compare: pairs of loads, one load of each version in a pair")
        .env("REFBENCH_PAIRS")
        .default(DEFAULT_PAIRS)
        .argParser(count("--pairs", 1, 500)),
    )
    .addOption(
      // It has no variable: one that stays in a shell would give every comparison the same order.
      new Option(
        "--seed <n>",
        "with --compare: use the same order within the pairs as the run whose record has this seed (default: random)",
      ).argParser(count("--seed", 0, MAX_SEED)),
    );
}

/** Adds the flags that a night gives the runs that it starts. */
function addNightOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--coder-channel <name>", "how a night asked for --coder-version")
        .choices(["stable", "mainline"])
        .hideHelp(),
    )
    .addOption(new Option("--night <id>", "the night that starts this run").hideHelp())
    .addOption(
      new Option("--failed-over <json>", "the run of another zone that this one replaces")
        .argParser(failedOver)
        .hideHelp(),
    );
}

/** Adds the flags that limit how long an environment lives and what it costs, and say where its state is kept. */
function addLifetimeOptions(command: Command, io: Io): Command {
  return command
    .addOption(
      new Option("--ttl <duration>", "time until the teardown, whatever happens: 30m, 4h")
        .env("REFBENCH_TTL")
        .default(DEFAULT_TTL_MS, "4h")
        .argParser(duration("--ttl", { mostMs: LONGEST_AGE_MS })),
    )
    .addOption(
      new Option("--keep-on-failure <duration>", "keep a failed environment this long for inspection: 4h")
        .env("REFBENCH_KEEP_ON_FAILURE")
        .argParser(duration("--keep-on-failure", { mostMs: LONGEST_AGE_MS })),
    )
    .addOption(
      new Option("--keep-max <n>", "failed environments kept at once in this folder")
        .env("REFBENCH_KEEP_MAX")
        .default(1)
        .argParser(count("--keep-max", 1, 100)),
    )
    .addOption(maxCostOption())
    .addOption(tlsOption())
    .addOption(
      new Option(
        "--mirror <url>",
        "copy what a teardown needs to another place: gs://bucket/prefix, s3://bucket/prefix, file:///folder",
      )
        .env("REFBENCH_MIRROR")
        .argParser(bucketUrl("--mirror")),
    )
    .addOption(
      new Option(
        "--state <url>",
        "keep Terraform's state in your bucket: gs://bucket/prefix or s3://bucket/prefix?region=us-east-1 (default: in the run's folder)",
      )
        .env("REFBENCH_STATE")
        .argParser(bucketUrl("--state")),
    )
    .addOption(
      new Option("--owner <name>", "value of the label bench-owner")
        .env("REFBENCH_OWNER")
        .default(defaultOwner(io.env)),
    );
}

/** `--max-cost` of one run. */
export function maxCostOption(): Option {
  return new Option(
    "--max-cost <usd>",
    "refuse a run whose estimate is higher; stop and tear down (exit 50) before it would be exceeded",
  )
    .env("REFBENCH_MAX_COST")
    .argParser(positive("--max-cost"));
}

/** Parses the run that another one replaces, as `refbench nightly` writes it. */
function failedOver(text: string): NonNullable<Plan["failedOver"]> {
  try {
    return recordSchema.shape.failedOver.unwrap().parse(parseJson(text));
  } catch (cause) {
    throw new RefbenchError("usage", `--failed-over must be what "refbench nightly" writes; got ${text}`, {
      cause,
    });
  }
}

function defaultOwner(env: NodeJS.ProcessEnv): string {
  const name = (env["USER"] ?? userInfo().username)
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, "-")
    .replace(/^[^a-z0-9]+/, "");
  return name.slice(0, 63) || "unknown";
}
