import { Command, Option } from "commander";
import { getArchitecture } from "../../../reference-architectures/catalogue.ts";
import { CHECK_NAMES } from "../../inventory/preflight/check.ts";
import { parseChecks } from "../../inventory/preflight/choose-checks.ts";
import { RefbenchError } from "../../tools/error.ts";
import { EXIT_CODES } from "../../tools/verdict.ts";
import type { OutputSpec } from "../../results/format/output-spec.ts";
import { outputOption } from "../options/output-option.ts";
import { expectRun } from "../expectation/expected-run.ts";
import { planCost } from "../../pipeline/cost/cost-plan.ts";
import { addClusterAccessOptions } from "../options/cluster-access.ts";
import { endpointsOf } from "../../composition/settings/endpoints.ts";
import { listenForInterrupts } from "../interrupts.ts";
import type { Io } from "../../composition/settings/io.ts";
import { licenceFileOption } from "../options/licence-option.ts";
import { tlsOption } from "../options/tls-option.ts";
import { coderVersionOption } from "../../composition/settings/coder-channel.ts";
import { readLicence } from "../../composition/settings/read-licence.ts";
import { writePreflight } from "../write-preflight.ts";
import { runnerOption } from "../options/cloud-options.ts";
import { maxCostOption } from "../options/run-options.ts";
import type { RunSettings } from "../../composition/settings/run-settings.ts";
import { runSettingsOf, type SettingsFlags } from "../run-settings.ts";

interface Flags extends SettingsFlags {
  readonly project?: string;
  readonly account?: string;
  readonly failCheck?: string;
  readonly skipPreflight?: string;
  readonly licenceFile?: string;
  readonly maxCost?: number;
  readonly output: readonly OutputSpec[];
}

/** `refbench preflight`: everything that can be asked before a run, each failure with its fix. */
export function preflightCommand(io: Io): Command {
  const command = new Command("preflight");
  return addClusterAccessOptions(command)
    .argument("<architecture>", 'one of "refbench architectures"')
    .addOption(
      new Option("--size <name>", "size of the architecture (default: its first)").env("REFBENCH_SIZE"),
    )
    .addOption(coderVersionOption())
    .addOption(tlsOption())
    .option("--set <path=value>", "override one figure of the size; repeatable", collect, [])
    .addOption(new Option("--rehearse", "the checks as the twin answers them").env("REFBENCH_REHEARSE"))
    .addOption(new Option("--project <id>", "the Google project that is meant").env("REFBENCH_PROJECT"))
    .addOption(new Option("--account <id>", "the AWS account that is meant").env("REFBENCH_ACCOUNT"))
    .addOption(new Option("--region <name>", "another region than the architecture's").env("REFBENCH_REGION"))
    .addOption(new Option("--zone <name>", "another zone than the architecture's").env("REFBENCH_ZONE"))
    .addOption(runnerOption())
    .addOption(licenceFileOption())
    .addOption(maxCostOption())
    .addOption(
      new Option("--fail-check <names>", "in a rehearsal: let these checks fail, such as quota,apis").env(
        "REFBENCH_FAIL_CHECK",
      ),
    )
    .addOption(
      new Option("--skip-preflight <names>", "on an emulated cloud: leave these checks out").env(
        "REFBENCH_SKIP_PREFLIGHT",
      ),
    )
    .addOption(outputOption({ forms: ["text", "json"] }))
    .addHelpText("after", `\nChecks: ${CHECK_NAMES.join(", ")}.`)
    .addHelpText("after", "Exit codes: 0 nothing failed, 30 a check failed, 2 a wrong flag.")
    .action(async (architecture: string, flags: Flags) => preflight(architecture, flags, { io, command }));
}

async function preflight(
  architecture: string,
  flags: Flags,
  { io, command }: { readonly io: Io; readonly command: Command },
): Promise<void> {
  const settings = await runSettingsOf(architecture, flags, command);
  const { rehearse } = settings;
  if (flags.failCheck !== undefined && !rehearse) {
    throw new RefbenchError(
      "usage",
      `--fail-check is "${flags.failCheck}", which only a rehearsal plays: add --rehearse, or leave it out`,
    );
  }
  const planned = plannedCost(settings, flags, io);
  const fail =
    flags.failCheck === undefined ? new Set<never>() : parseChecks("--fail-check", flags.failCheck);
  const licence = await readLicence(flags.licenceFile, io);
  using interrupts = listenForInterrupts(() => io.stderr.write("refbench: stopping; nothing was created\n"));
  const { project, account, skipPreflight: skip } = flags;
  const { checkedSettings } = await import("../../composition/preflight/request.ts");
  const asked = { ...checkedSettings(settings), project, account, fail, skip, licence };
  const { askPreflight } = await import("../../composition/preflight/ask.ts");
  const report = await askPreflight(asked, io, interrupts.stop);
  await writePreflight({ ...report, ...planned, expected: expectRun(settings) }, flags.output, io);
  if (report.outcome === "failed") io.exit(EXIT_CODES.infrastructure);
}

/** What the run would cost, or a refusal as the run would get it. */
function plannedCost(
  { size: { architecture: name, name: sizeName, figures }, rehearse, place, runner }: RunSettings,
  { maxCost }: Flags,
  { env }: Io,
): ReturnType<typeof planCost> {
  const architecture = getArchitecture(name);
  return planCost({
    architecture,
    sizeName,
    size: figures,
    region: place.region,
    runner,
    simulated: rehearse || endpointsOf(architecture.cloud, env).emulated,
    ceiling: maxCost,
  });
}

function collect(value: string, all: readonly string[]): readonly string[] {
  return [...all, value];
}
