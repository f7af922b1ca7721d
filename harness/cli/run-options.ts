import { Option, type Command } from "commander";
import { userInfo } from "node:os";
import { join, resolve } from "node:path";
import { resolveSize } from "../../reference-architectures/catalogue.ts";
import { parseOverride } from "../../reference-architectures/override.ts";
import { customGoogleEndpoints } from "../inventory/google/endpoints.ts";
import { parseBucketUrl } from "../model/bucket-url.ts";
import { RefbenchError } from "../model/error.ts";
import type { RunRequest } from "../pipeline/make-run.ts";
import { machineVanishes, refusalOf } from "../pipeline/vanishing-machine.ts";
import { twinId } from "../rehearsal/twin/identity.ts";
import { readFaults } from "../rehearsal/twin/faults.ts";
import { TWIN_PROJECT } from "../rehearsal/twin/project.ts";
import { createTerraform } from "../terraform/terraform.ts";
import type { Io } from "./io.ts";
import { refbenchVersion } from "./refbench-version.ts";

/** Compresses the twin's minutes to seconds: network, Cloud SQL, cluster and release in about five. */
const DEFAULT_SPEED = 200;
/** Compresses the emulator's builds, which take about three seconds unloaded on a real server. */
const DEFAULT_BUILD_SPEED = 10;

/** The flags that `run` and `stage preflight` share, as commander leaves them. */
export interface RunFlags {
  readonly size?: string;
  readonly set: readonly string[];
  readonly rehearse?: boolean;
  readonly speed: number;
  readonly buildSpeed: number;
  readonly failBuilds: number;
  readonly faults?: string;
  readonly ttl: number;
  readonly keepOnFailure?: number;
  readonly keepMax: number;
  readonly owner: string;
  readonly mirror?: string;
  readonly state?: string;
}

/** Adds the flags that make a run. */
export function addRunOptions(command: Command, io: Io): Command {
  return addTwinSpeeds(command)
    .addOption(
      new Option("--size <name>", "size of the architecture (default: its first)").env("REFBENCH_SIZE"),
    )
    .addOption(
      new Option("--set <path=value>", "override one figure of the size; repeatable: connections.total=20")
        .env("REFBENCH_SET")
        .default([], "none")
        .argParser(collect),
    )
    .addOption(
      new Option(
        "--rehearse",
        "run on this machine against the twin cloud: real Terraform, no cloud, no account",
      ).env("REFBENCH_REHEARSE"),
    )
    .addOption(
      new Option("--fail-builds <share>", "share of the workspace builds that fail, 0 to 1")
        .env("REFBENCH_FAIL_BUILDS")
        .default(0)
        .argParser(share("--fail-builds")),
    )
    .addOption(
      new Option("--faults <file>", "JSON file of faults for the twin to play").env("REFBENCH_FAULTS"),
    )
    .addOption(
      new Option("--ttl <duration>", "torn down after this long, whatever happens: 30m, 4h")
        .env("REFBENCH_TTL")
        .default(4 * 3_600_000, "4h")
        .argParser(duration("--ttl")),
    )
    .addOption(
      new Option("--keep-on-failure <duration>", "leave a failed environment up this long for a look: 4h")
        .env("REFBENCH_KEEP_ON_FAILURE")
        .argParser(duration("--keep-on-failure")),
    )
    .addOption(
      new Option("--keep-max <n>", "failed environments kept at once in this folder")
        .env("REFBENCH_KEEP_MAX")
        .default(1)
        .argParser(count("--keep-max", 1, 100)),
    )
    .addOption(
      new Option(
        "--mirror <url>",
        "copy what a teardown needs off this machine: gs://bucket/prefix, s3://bucket/prefix, file:///folder",
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

/** Adds the flags that compress a rehearsal's time. */
export function addTwinSpeeds(command: Command): Command {
  return command
    .addOption(
      new Option("--speed <factor>", "compresses the twin's cloud durations")
        .env("REFBENCH_SPEED")
        .default(DEFAULT_SPEED)
        .argParser(positive("--speed")),
    )
    .addOption(
      new Option("--build-speed <factor>", "compresses the emulator's builds")
        .env("REFBENCH_BUILD_SPEED")
        .default(DEFAULT_BUILD_SPEED)
        .argParser(positive("--build-speed")),
    );
}

/** Reads the flags into what a run is asked for. Nothing is created. */
export async function runRequestOf(architecture: string, flags: RunFlags, io: Io): Promise<RunRequest> {
  refuseFooting(flags, io);
  if (flags.rehearse !== true) {
    throw new RefbenchError(
      "usage",
      `"run ${architecture}" without --rehearse means the real cloud, and real runs come with the load runner inside the network, which this version does not have: add --rehearse (refbench preflight asks your cloud already)`,
    );
  }
  if (!/^[a-z0-9][a-z0-9_-]{0,62}$/.test(flags.owner)) {
    throw new RefbenchError(
      "usage",
      `--owner is "${flags.owner}", expected a label value of lower-case letters, digits, "-" and "_"`,
    );
  }
  // Asked here too, since nothing may be made for a run that cannot start.
  await createTerraform().version({ env: io.env, signal: new AbortController().signal });
  const overrides = Object.fromEntries(flags.set.map(parseOverride).map(({ path, value }) => [path, value]));
  resolveSize(architecture, flags.size, overrides);
  const faultsFile = flags.faults === undefined ? undefined : checkedFaults(resolve(io.cwd, flags.faults));
  return {
    architecture,
    size: flags.size,
    overrides,
    owner: flags.owner,
    ttlMs: flags.ttl,
    ...(flags.keepOnFailure === undefined
      ? {}
      : { keepOnFailure: { ms: flags.keepOnFailure, max: flags.keepMax } }),
    ...(flags.mirror === undefined ? {} : { mirror: flags.mirror }),
    ...(flags.state === undefined ? {} : { stateBucket: flags.state }),
    rehearsal: {
      twinRoot: twinRoot(io.cwd),
      twinId: twinId(twinRoot(io.cwd)),
      speed: flags.speed,
      buildSpeed: flags.buildSpeed,
      failBuilds: flags.failBuilds,
      faultsFile,
    },
    project: TWIN_PROJECT,
    refbench: await refbenchVersion(),
  };
}

/** Refuses a place for state and journal that would not be there when they are needed. */
function refuseFooting({ rehearse = false, state, mirror }: RunFlags, { env }: Io): void {
  if (state !== undefined && rehearse) {
    throw new RefbenchError(
      "usage",
      `--state is "${state}", but the twin that --rehearse runs against has no buckets, and only state in the run's folder: leave --state (REFBENCH_STATE) out; --mirror works with both`,
    );
  }
  if (state?.startsWith("file:") === true) {
    throw new RefbenchError(
      "usage",
      `--state is "${state}", expected gs://bucket/prefix or s3://bucket/prefix`,
    );
  }
  const refusal = refusalOf({
    vanishes: machineVanishes(env),
    simulated: rehearse,
    emulatedCloud: customGoogleEndpoints(env).length > 0 || (env["AWS_ENDPOINT_URL"] ?? "") !== "",
    stateBucket: state,
    mirror,
  });
  if (refusal !== undefined) throw new RefbenchError("usage", refusal);
}

/** The path of a faults file that has been read: a wrong one is refused before anything is made. */
export function checkedFaults(path: string): string {
  readFaults(path);
  return path;
}

/** The folder of the twin of this working directory. */
export function twinRoot(cwd: string): string {
  return join(cwd, ".refbench", "twin");
}

/** Checks a bucket's URL, or refuses it by the flag's name. */
export function bucketUrl(flag: string): (text: string) => string {
  return (text) => {
    parseBucketUrl(text, flag);
    return text;
  };
}

/** Gathers the values of a repeatable flag. */
export function collect(value: string, all: readonly string[]): readonly string[] {
  return [...all, value];
}

/** Reads a positive number, or refuses it by the flag's name. */
export function positive(flag: string): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!(value > 0) || !Number.isFinite(value))
      throw new RefbenchError("usage", `${flag} is "${text}", expected a number above 0`);
    return value;
  };
}

/** Reads a whole number within limits, or refuses it by the flag's name. */
export function count(flag: string, min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < min || value > max) {
      throw new RefbenchError("usage", `${flag} is "${text}", expected a whole number from ${min} to ${max}`);
    }
    return value;
  };
}

/** Reads a share from 0 to 1, or refuses it by the flag's name. */
export function share(flag: string): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!(value >= 0 && value <= 1)) {
      throw new RefbenchError("usage", `${flag} is "${text}", expected a share from 0 to 1`);
    }
    return value;
  };
}

const UNITS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Reads a duration such as `90s`, `30m` or `4h` as milliseconds, or refuses it by the flag's name. */
export function duration(flag: string, { orZero = false } = {}): (text: string) => number {
  return (text) => {
    const [, digits, unit] = /^(\d+(?:\.\d+)?)([smhd])$/.exec(text) ?? [];
    if (digits === undefined || unit === undefined || (Number(digits) === 0 && !orZero)) {
      throw new RefbenchError("usage", `${flag} is "${text}", expected a duration such as 90s, 30m or 4h`);
    }
    return Number(digits) * UNITS[unit as keyof typeof UNITS];
  };
}

function defaultOwner(env: NodeJS.ProcessEnv): string {
  const name = (env["USER"] ?? userInfo().username)
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, "-")
    .replace(/^[^a-z0-9]+/, "");
  return name.slice(0, 63) || "unknown";
}
