import { Command, Option } from "commander";
import { getArchitecture } from "../../../reference-architectures/catalogue.ts";
import { CHECK_NAMES } from "../../inventory/preflight/check.ts";
import { parseChecks } from "../../inventory/preflight/choose-checks.ts";
import { RefbenchError } from "../../tools/error.ts";
import { EXIT_CODES } from "../../tools/verdict.ts";
import type { OutputSpec } from "../../results/format/output-spec.ts";
import { outputOption } from "../options/output-option.ts";
import { planCost } from "../../pipeline/cost/cost-plan.ts";
import { addClusterAccessOptions } from "../options/cluster-access.ts";
import { addOwnClusterOptions } from "../options/own-cluster-options.ts";
import { endpointsOf } from "../../composition/settings/endpoints.ts";
import { addHelpNotes } from "../help-notes.ts";
import { listenForInterrupts } from "../interrupts.ts";
import type { Io } from "../../composition/settings/io.ts";
import { licenceFileOption } from "../options/licence-option.ts";
import { tlsOption } from "../options/tls-option.ts";
import { coderVersionOption } from "../../composition/settings/coder-channel.ts";
import { readLicence } from "../../composition/settings/read-licence.ts";
import { writePreflight } from "../write-preflight.ts";
import {
  accountOption,
  projectOption,
  regionOption,
  rehearseOption,
  runnerOption,
  skipPreflightOption,
  zoneOption,
} from "../options/cloud-options.ts";
import { maxCostOption, setOption, sizeOption } from "../options/run-options.ts";
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

/** `refbench preflight`: every check that is possible before a run, each failure with its fix. */
export function preflightCommand(io: Io): Command {
  const command = new Command("preflight").argument("<architecture>", 'one of "refbench architectures"');
  command
    .optionsGroup("Where it runs:")
    .addOption(rehearseOption("the checks as the twin answers them"))
    .addOption(projectOption("the Google project"))
    .addOption(accountOption("the AWS account"))
    .addOption(regionOption("another region than the architecture's"))
    .addOption(zoneOption())
    .addOption(runnerOption());
  command
    .optionsGroup("What is measured:")
    .addOption(sizeOption())
    .addOption(setOption())
    .addOption(coderVersionOption())
    .addOption(tlsOption())
    .addOption(maxCostOption());
  command.optionsGroup("Real runs:").addOption(licenceFileOption()).addOption(skipPreflightOption());
  addClusterAccessOptions(command);
  addOwnClusterOptions(command.optionsGroup("Your own cluster:"));
  command
    .optionsGroup("Options:")
    .addOption(
      new Option("--fail-check <names>", "in a rehearsal: make these checks fail, such as quota,apis").env(
        "REFBENCH_FAIL_CHECK",
      ),
    )
    .addOption(outputOption({ forms: ["text", "json"] }));
  return addHelpNotes(command, {
    examples: [
      "refbench preflight gke --rehearse",
      "refbench preflight gke --project my-project --size 1200",
    ],
    notes: [
      `Checks: ${CHECK_NAMES.join(", ")}.`,
      "Exit codes: 0 nothing failed, 30 a check failed, 2 a wrong flag.",
    ],
  }).action((architecture: string, flags: Flags) => preflight(architecture, flags, { io, command }));
}

async function preflight(
  architecture: string,
  flags: Flags,
  { io, command }: { readonly io: Io; readonly command: Command },
): Promise<void> {
  const settings = await runSettingsOf(architecture, flags, command, io.cwd);
  const { rehearse } = settings;
  if (flags.failCheck !== undefined && !rehearse) {
    throw new RefbenchError(
      "usage",
      `--fail-check is "${flags.failCheck}", which only a rehearsal has: add --rehearse, or remove --fail-check`,
    );
  }
  const planned = plannedCost(settings, flags, io);
  const fail =
    flags.failCheck === undefined ? new Set<never>() : parseChecks("--fail-check", flags.failCheck);
  const licence = await readLicence(flags.licenceFile, io);
  using interrupts = listenForInterrupts(() => io.stderr.write("refbench: stopping; nothing was created\n"));
  const { project, account, skipPreflight: skip } = flags;
  const { selectSettings } = await import("../../composition/preflight/request.ts");
  const asked = { ...selectSettings(settings), project, account, fail, skip, licence };
  const { expectRun } = await import("../expectation/expected-run.ts");
  const { askPreflight } = await import("../../composition/preflight/ask.ts");
  const report = await askPreflight(asked, io, interrupts.stop);
  await writePreflight({ ...report, ...planned, expected: expectRun(settings) }, flags.output, io);
  if (report.outcome === "failed") io.exit(EXIT_CODES.infrastructure);
}

/** The estimated cost of the run. Throws as the run would. */
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
