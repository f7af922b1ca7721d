import { Option, type Command } from "commander";
import { duration, positive, share } from "../../tools/quantities.ts";

/** Compresses the twin's minutes to seconds: network, Cloud SQL, cluster and release in about five. */
const DEFAULT_SPEED = 200;
/** Compresses the emulator's builds, which take about three seconds unloaded on a real server. */
const DEFAULT_BUILD_SPEED = 10;

/** Adds the flags of a rehearsal: what it runs on, and which faults it meets. */
export function addRehearsalOptions(command: Command): Command {
  return command
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
    .addOption(shellDelayOption())
    .addOption(
      new Option("--faults <file>", "JSON file of faults for the twin to play").env("REFBENCH_FAULTS"),
    )
    .addOption(
      new Option(
        "--coder-server <path>",
        "rehearse on this coder program's real server instead of the emulator, with agents as local processes",
      ).env("REFBENCH_CODER_SERVER"),
    )
    .addOption(
      new Option(
        "--coder-provider-mirror <dir>",
        "Terraform filesystem mirror with coder/coder for the builds of --coder-server (default: the registry, or what TF_CLI_CONFIG_FILE says)",
      ).env("REFBENCH_CODER_PROVIDER_MIRROR"),
    );
}

/** How slow the shells of the emulated workspaces are. */
export function shellDelayOption(): Option {
  return new Option(
    "--shell-delay <duration>",
    "how long the shell of every emulated workspace takes until its prompt: 500ms (default: as observed, compressed by --build-speed)",
  )
    .env("REFBENCH_SHELL_DELAY")
    .argParser(duration("--shell-delay", { orZero: true }));
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
