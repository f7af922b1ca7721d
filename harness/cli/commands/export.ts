import { resolve } from "node:path";
import { Argument, Command, Option } from "commander";
import { architectures, getArchitecture, resolveSize } from "../../../reference-architectures/catalogue.ts";
import { parseOverrides } from "../../../reference-architectures/override.ts";
import { pinnedProject } from "../../../reference-architectures/pinned-project.ts";
import { placeOf } from "../../../reference-architectures/place.ts";
import type { Architecture } from "../../../reference-architectures/architecture.ts";
import { countOf } from "../../tools/count-text.ts";
import { RefbenchError } from "../../tools/error.ts";
import { jsonText } from "../../tools/safe-text.ts";
import type { Io } from "../../composition/settings/io.ts";
import type { ExportPlace } from "../../terraform/export/variables.ts";
import { addHelpNotes } from "../help-notes.ts";
import { listenForInterrupts } from "../interrupts.ts";
import { accountOption, projectOption, regionOption, zoneOption } from "../options/cloud-options.ts";
import { outputOption } from "../options/output-option.ts";
import { setOption, sizeOption } from "../options/run-options.ts";

interface Flags {
  readonly size?: string;
  readonly set: readonly string[];
  readonly format: "terraform";
  readonly out: string;
  readonly project?: string;
  readonly account?: string;
  readonly region?: string;
  readonly zone?: string;
  readonly output: "text" | "json";
}

/** The version of `--output json`. */
const EXPORT_SCHEMA_VERSION = 1;

/** `refbench export`: a size as plain Terraform. */
export function exportCommand(io: Io): Command {
  const command = new Command("export").addArgument(
    new Argument("<architecture>", "architecture to export").choices([...architectures.keys()]),
  );
  command
    .description(
      "write a size as plain Terraform, which needs nothing of refbench; creates nothing in a cloud",
    )
    .addOption(sizeOption())
    .addOption(setOption())
    .addOption(
      new Option("--format <name>", "language of the files").choices(["terraform"]).default("terraform"),
    )
    .addOption(new Option("--out <folder>", "new or empty folder for the files").makeOptionMandatory())
    .addOption(projectOption("the Google project, as the variable's default"))
    .addOption(accountOption("the AWS account, as the variable's default"))
    .addOption(regionOption("another region than the architecture's"))
    .addOption(zoneOption())
    .addOption(outputOption({ forms: ["text", "json"], toFiles: false }));
  return addHelpNotes(command, {
    examples: [
      "refbench export gke --size 1200 --out coder-gke",
      "refbench export kubernetes --size canary --set coder.replicas=1 --out coder-here",
    ],
    notes: [
      "The folder has a root for the cloud and one for Coder in its cluster, and a README with the order of commands. Terraform and OpenTofu 1.11 or later apply it.",
    ],
  }).action((architecture: string, flags: Flags) => exportSize(architecture, flags, { io, command }));
}

async function exportSize(
  name: string,
  flags: Flags,
  { io, command }: { readonly io: Io; readonly command: Command },
): Promise<void> {
  const architecture = getArchitecture(name);
  const size = resolveSize(name, flags.size, parseOverrides(flags.set));
  const place = exportPlace(architecture, flags, command);
  const folder = resolve(io.cwd, flags.out);
  const { exportedFiles, refuseFullFolder, writeExport } =
    await import("../../terraform/export/export-terraform.ts");
  await refuseFullFolder(folder);
  using interrupts = listenForInterrupts(() => io.stderr.write("refbench: stopping; nothing was written\n"));
  io.stderr.write(`refbench: synthesizing the stacks of ${name} ${size.name}\n`);
  const files = await exportedFiles({ size, place, env: io.env, signal: interrupts.stop });
  await writeExport(folder, files);
  io.stderr.write(
    `refbench: ${countOf(files.size, "file")} in ${folder}; README.md has the order of commands\n`,
  );
  const { output } = flags;
  io.stdout.write(
    output === "json"
      ? jsonText({
          schemaVersion: EXPORT_SCHEMA_VERSION,
          architecture: name,
          size: size.name,
          overrides: size.overrides,
          format: flags.format,
          folder,
          files: [...files.keys()],
        })
      : [...files.keys()].map((file) => `${file}\n`).join(""),
  );
}

/** Reads the place. A flag of another cloud is refused, a variable of one is ignored. Throws `usage`. */
function exportPlace(
  architecture: Architecture,
  { project, account, region, zone }: Flags,
  command: Pick<Command, "getOptionValueSource">,
): ExportPlace {
  const own = { google: "project", aws: "account", kubernetes: undefined }[architecture.cloud];
  for (const flag of ["project", "account"] as const) {
    if (flag === own || command.getOptionValueSource(flag) !== "cli") continue;
    const expected = own === undefined ? "neither --project nor --account" : `--${own}`;
    throw new RefbenchError(
      "usage",
      `--${flag} is not of ${architecture.name}'s cloud: expected ${expected}`,
    );
  }
  const given = own === "project" ? project : account;
  const asked = architecture.cloud === "kubernetes" ? onlyFlags({ region, zone }, command) : { region, zone };
  return {
    ...placeOf(architecture, asked),
    ...(own === undefined || given === undefined || given === ""
      ? {}
      : { project: pinnedProject(architecture, given, { name: `--${own}`, otherwise: `or omit --${own}` }) }),
  };
}

/** In a cluster of the user's own, a variable with the place of other runs has no meaning. */
function onlyFlags(
  place: Readonly<Record<"region" | "zone", string | undefined>>,
  command: Pick<Command, "getOptionValueSource">,
): Partial<Record<"region" | "zone", string | undefined>> {
  return Object.fromEntries(
    Object.entries(place).filter(([name]) => command.getOptionValueSource(name) === "cli"),
  );
}
