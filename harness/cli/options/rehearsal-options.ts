import { Option, type Command } from "commander";
import { duration, positive, share } from "../../tools/quantities.ts";

/** Shortens the twin's minutes to seconds: network, Cloud SQL, cluster and release take about five seconds. */
const DEFAULT_SPEED = 200;
/** Shortens the emulator's builds, which take about three seconds on a real server without load. */
const DEFAULT_BUILD_SPEED = 10;

/** Adds the further flags of a rehearsal: its Coder, and the faults that it meets. */
export function addRehearsalOptions(command: Command): Command {
  return command
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
        "use the real server of this coder program instead of the emulator, with agents as local processes",
      ).env("REFBENCH_CODER_SERVER"),
    )
    .addOption(
      new Option(
        "--coder-provider-mirror <dir>",
        "with --coder-server: Terraform filesystem mirror with coder/coder for its builds (default: the registry, or the one of TF_CLI_CONFIG_FILE)",
      ).env("REFBENCH_CODER_PROVIDER_MIRROR"),
    );
}

/** `--shell-delay`. */
export function shellDelayOption(): Option {
  return new Option(
    "--shell-delay <duration>",
    "time until the prompt of every emulated workspace's shell: 500ms (default: as observed, divided by --build-speed)",
  )
    .env("REFBENCH_SHELL_DELAY")
    .argParser(duration("--shell-delay", { orZero: true }));
}

/** Adds the flags that shorten a rehearsal's time. */
export function addTwinSpeeds(command: Command): Command {
  return command
    .addOption(twinSpeedOption())
    .addOption(
      new Option("--build-speed <factor>", "divides the durations of the emulator's builds")
        .env("REFBENCH_BUILD_SPEED")
        .default(DEFAULT_BUILD_SPEED)
        .argParser(positive("--build-speed")),
    );
}

/** `--speed`. */
export function twinSpeedOption(): Option {
  return new Option("--speed <factor>", "divides the durations of the twin's cloud")
    .env("REFBENCH_SPEED")
    .default(DEFAULT_SPEED)
    .argParser(positive("--speed"));
}
