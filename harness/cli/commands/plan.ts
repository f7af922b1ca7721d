import { Argument, Command } from "commander";
import { architectures, getArchitecture } from "../../../reference-architectures/catalogue.ts";
import type { Io } from "../../composition/settings/io.ts";
import { projectOfFlags } from "../../composition/settings/pinned-project.ts";
import type { RunRecord } from "../../model/record/record.ts";
import { widthOf } from "../../results/output/outputs.ts";
import { jsonText } from "../../tools/safe-text.ts";
import { addHelpNotes } from "../help-notes.ts";
import { listenForInterrupts } from "../interrupts.ts";
import { addClusterAccessOptions } from "../options/cluster-access.ts";
import {
  accountOption,
  projectOption,
  regionOption,
  rehearseOption,
  runnerOption,
  zoneOption,
} from "../options/cloud-options.ts";
import { outputOption } from "../options/output-option.ts";
import { addOwnClusterOptions } from "../options/own-cluster-options.ts";
import { twinSpeedOption } from "../options/rehearsal-options.ts";
import { setOption, sizeOption } from "../options/run-options.ts";
import { tlsOption } from "../options/tls-option.ts";
import { reportUnreadable, UNREADABLE_NOTE } from "../results/report-unreadable.ts";
import { historyOf, type PlaceFlags, rehearsalsOption, storeOption } from "../results/places.ts";
import { runSettingsOf, type SettingsFlags } from "../run-settings.ts";

/** Wider lines of permissions and sources do not read better. */
const TEXT_WIDTH = 80;

interface Flags extends SettingsFlags, PlaceFlags {
  readonly project?: string;
  readonly account?: string;
  readonly speed: number;
  readonly output: "text" | "json";
}

/** `refbench plan <architecture>`: what a run would make, when, and for how much. Creates nothing, asks nobody. */
export function planCommand(io: Io): Command {
  const command = new Command("plan").addArgument(
    new Argument("<architecture>", `one of ${[...architectures.keys()].join(", ")}`),
  );
  command
    .optionsGroup("Where it would run:")
    .addOption(rehearseOption("plan a rehearsal: the twin's times, divided by its speed"))
    .addOption(twinSpeedOption())
    .addOption(projectOption("the Google project, which is not asked"))
    .addOption(accountOption("the AWS account, which is not asked"))
    .addOption(regionOption("another region than the architecture's"))
    .addOption(zoneOption())
    .addOption(runnerOption());
  command
    .optionsGroup("What would be measured:")
    .addOption(sizeOption())
    .addOption(setOption())
    .addOption(tlsOption());
  addClusterAccessOptions(command);
  addOwnClusterOptions(command.optionsGroup("Your own cluster:"));
  command
    .optionsGroup("Options:")
    .addOption(storeOption())
    .addOption(rehearsalsOption())
    .addOption(outputOption({ forms: ["text", "json"], toFiles: false }));
  return addHelpNotes(command, {
    examples: [
      "refbench plan gke --size 1200",
      "refbench plan eks --size validated-1k --output json",
      "refbench plan gke --rehearse --speed 20",
    ],
    notes: [
      "Times are those of the newest record that measured a kind, else published or assumed ones. --rehearsals uses simulated records for a plan of a real cloud, and says so.",
      UNREADABLE_NOTE,
    ],
  }).action((architecture: string, flags: Flags) => plan(architecture, flags, { io, command }));
}

async function plan(
  architecture: string,
  flags: Flags,
  { io, command }: { readonly io: Io; readonly command: Command },
): Promise<void> {
  const settings = await runSettingsOf(architecture, flags, command, io.cwd);
  const project = givenProject(architecture, flags);
  const records = await recordsFor(settings.rehearse, flags, io);
  const { draftStacks } = await import("../plan/draft-stacks.ts");
  const { makePlan } = await import("../plan/make-plan.ts");
  using interrupts = listenForInterrupts(() => io.stderr.write("refbench: stopping; nothing was created\n"));
  io.stderr.write(`refbench: synthesizing the stacks of ${architecture} ${settings.size.name}\n`);
  const stacks = await draftStacks(settings, {
    ...(project === undefined ? {} : { project }),
    env: io.env,
    signal: interrupts.stop,
  });
  const document = makePlan(settings, stacks, { records, speed: flags.speed });
  if (flags.output === "json") {
    io.stdout.write(jsonText(document));
    return;
  }
  const { planText } = await import("../plan/plan-text.ts");
  io.stdout.write(planText(document, Math.min(TEXT_WIDTH, widthOf(io.stdout))));
}

/** The project or account, checked like that of a run; absent if none was named. */
function givenProject(name: string, { project, account }: Flags): string | undefined {
  if (project === undefined && account === undefined) return undefined;
  return projectOfFlags(getArchitecture(name), { project, account });
}

/** Simulated records are read for a rehearsal, or where the user asks for them. */
async function recordsFor(
  rehearse: boolean,
  { store, rehearsals = false }: Flags,
  io: Io,
): Promise<readonly RunRecord[]> {
  const place = { ...(store === undefined ? {} : { store }), rehearsals: rehearsals || rehearse };
  const history = await historyOf(io, place);
  reportUnreadable(history, io);
  return history.records;
}
