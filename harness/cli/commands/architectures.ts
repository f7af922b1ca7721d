import { jsonText } from "../../tools/safe-text.ts";
import { Command, Option } from "commander";
import { objectivesFor } from "../../../reference-architectures/objectives.ts";
import { architectures, getArchitecture, resolveSize } from "../../../reference-architectures/catalogue.ts";
import { estimateCost, type Estimation } from "../../../reference-architectures/cost/estimate.ts";
import type { Architecture, Size } from "../../../reference-architectures/architecture.ts";
import { thresholdWords } from "../../model/record/objective-words.ts";
import { formatUsd } from "../../model/record/usd.ts";
import { formatCount } from "../../tools/count-text.ts";
import { drawGrid } from "../../results/table/grid.ts";
import { widthOf } from "../../results/output/outputs.ts";
import { costTable } from "../cost-lines.ts";
import {
  type VerifiedOnCloud,
  verifiedOnCloud,
  verifiedWords,
} from "../../results/format/verified-on-cloud.ts";
import type { Io } from "../../composition/settings/io.ts";
import { outputOption } from "../options/output-option.ts";
import { historyOf, storeOption } from "../results/places.ts";

/** `refbench architectures`: what can be measured. */
export function architecturesCommand(io: Io): Command {
  return new Command("architectures")
    .addCommand(listCommand(io), { isDefault: true })
    .addCommand(showCommand(io));
}

interface Flags {
  readonly output: string;
  readonly store?: string;
}

function listCommand(io: Io): Command {
  return new Command("list")
    .description("every architecture with its sizes, the default size first")
    .addOption(outputOption({ forms: ["text", "json"], toFiles: false }))
    .addOption(storeOption())
    .action(async ({ output, store }: Flags) => {
      const verified = await verifications(io, store);
      if (output === "json") {
        io.stdout.write(
          jsonText(
            [...architectures.values()].map((each) => ({ ...each, verifiedOnCloud: verified(each.name) })),
          ),
        );
        return;
      }
      const rows = [...architectures.values()].flatMap((architecture) =>
        sizeRows(architecture, verified(architecture.name)),
      );
      const header = [
        "architecture",
        "size",
        "users",
        "workspaces",
        "builds",
        "connections",
        "licence",
        "on cloud",
      ];
      const table = drawGrid({ header, rows, right: new Set([2, 3, 4, 5]) }, widthOf(io.stdout));
      io.stdout.write(
        `${table}\n\n* default size. On cloud: its newest official record here that was measured and torn down clean.\n`,
      );
    });
}

function sizeRows(architecture: Architecture, verified: VerifiedOnCloud): readonly (readonly string[])[] {
  const { name, sizes, defaultSize } = architecture;
  return Object.entries(sizes).map(([size, figures]) => [
    name,
    size === defaultSize ? `${size} *` : size,
    formatCount(figures.users),
    formatCount(figures.workspaces),
    formatCount(figures.concurrentBuilds),
    formatCount(figures.connections.total),
    figures.licensed ? "yes" : "no",
    verifiedWords(verified),
  ]);
}

function showCommand(io: Io): Command {
  return new Command("show")
    .description("one architecture with every figure of one size")
    .argument("<name>", `one of ${[...architectures.keys()].join(", ")}`)
    .addOption(new Option("--size <name>", "size to show (default: the architecture's)").env("REFBENCH_SIZE"))
    .addOption(outputOption({ forms: ["text", "json"], toFiles: false }))
    .addOption(storeOption())
    .action(async (name: string, { size, output, store }: Flags & { readonly size?: string }) => {
      const architecture = getArchitecture(name);
      const resolved = resolveSize(name, size);
      const { objectives, sizes, region } = architecture;
      const verified = (await verifications(io, store))(name);
      const cost = estimateCost(architecture, resolved.figures, { region, runner: true });
      if (output === "json") {
        const shown = {
          ...architecture,
          verifiedOnCloud: verified,
          sizes: Object.keys(sizes),
          size: resolved.name,
          figures: resolved.figures,
          ...(cost.state === "priced" ? { cost: cost.estimate } : {}),
        };
        io.stdout.write(jsonText(shown));
        return;
      }
      const lines = [
        `${architecture.name}: ${architecture.label}`,
        `  cloud        ${architecture.cloud}, ${architecture.region} (${architecture.zone})`,
        `  stacks       ${architecture.stacks.join(", ")}`,
        `  on cloud     ${verifiedWords(verified)}`,
        `  sizes        ${Object.keys(sizes).join(", ")} (default ${architecture.defaultSize})`,
        "",
        `Size ${resolved.name} (each figure can be set with --set path=value)`,
        ...figureLines(resolved.figures),
        "",
        "Objectives",
        ...objectivesFor(objectives, {
          size: resolved.name,
          figures: resolved.figures,
          simulated: false,
        }).map((objective) => `  ${objective.description}: ${thresholdWords(objective)}`),
        "",
        ...costSection(cost),
      ];
      io.stdout.write(`${lines.join("\n")}\n`);
    });
}

/** By the records of the store and of this folder's runs. */
async function verifications(io: Io, store: string | undefined): Promise<(name: string) => VerifiedOnCloud> {
  const { records } = await historyOf(io, store === undefined ? {} : { store });
  return (name) => verifiedOnCloud(name, records);
}

function costSection(cost: Estimation): readonly string[] {
  if (cost.state === "not-priced") return [`Cost: not estimated, ${cost.reason}`];
  const { total, hours, perHour, teardownReserve, prices, region } = cost.estimate;
  return [
    `Cost of a run: ${formatUsd(total)} estimated, ${hours.toFixed(2)} h at ${formatUsd(perHour)} an hour, ${formatUsd(teardownReserve)} of it for the teardown (prices of ${prices}, ${region})`,
    ...costTable(cost.estimate).map((line) => `  ${line}`),
  ];
}

function figureLines(figures: Size): readonly string[] {
  const flat = flatten(figures, []);
  const width = Math.max(...flat.map(([path]) => path.length)) + 2;
  return flat.map(([path, value]) => `  ${path.padEnd(width)}${value}`);
}

function flatten(value: unknown, path: readonly string[]): readonly (readonly [string, string])[] {
  if (typeof value !== "object" || value === null) return [[path.join("."), String(value)]];
  return Object.entries(value).flatMap(([key, inner]) => flatten(inner, [...path, key]));
}
