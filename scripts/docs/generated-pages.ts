import { readFile } from "node:fs/promises";
import { format } from "prettier";
import { packageFile } from "../../reference-architectures/package-file.ts";
import { floorsTable } from "./floors.ts";
import { architectures } from "../../reference-architectures/catalogue.ts";
import { architecturePicture } from "./architecture-picture.ts";
import { commandReference } from "./command-reference.ts";
import { dashboard } from "./dashboard/dashboard.ts";
import { flagVariables, nightVariables, shellVariables } from "./environment-variables.ts";
import { runPicture } from "./run-picture.ts";
import { claimsTable, limitRules } from "./limit-rules.ts";
import { largeLoadsTable, measuredCostsTable } from "./large-loads.ts";
import { generatorLimitsTable, objectivesTable, sizesTable } from "./reference-tables.ts";
import { scenariosTable } from "./scenarios-table.ts";
import { sizingAnswers } from "./sizing-answers.ts";

/** A page as it should be. */
export interface GeneratedPage {
  readonly path: string;
  readonly text: string;
}

/** The blocks of each page, by the name in their markers: `<!-- generated:NAME -->`. */
const BLOCKS: Readonly<Record<string, Readonly<Record<string, () => string | Promise<string>>>>> = {
  "CONTRIBUTING.md": { floors: floorsTable },
  "docs/commands.md": { commands: commandReference },
  "docs/environment.md": { "shell-variables": shellVariables, nights: nightVariables, flags: flagVariables },
  "docs/limits.md": { "limit-rules": limitRules, claims: claimsTable },
  "docs/method.md": {
    objectives: objectivesTable,
    "generator-limits": generatorLimitsTable,
    "measured-costs": measuredCostsTable,
    "large-loads": largeLoadsTable,
  },
  "docs/scenarios.md": { scenarios: scenariosTable },
  "docs/sizing.md": { answers: sizingAnswers, sizes: sizesTable },
};

/**
 * Every page that has generated blocks, in the repository's format, the pictures of a run and of each architecture, and
 * the dashboard.
 */
export async function generatedPages(): Promise<readonly GeneratedPage[]> {
  return [...(await pagesWithBlocks()), ...pictures(), await dashboardFile()];
}

async function dashboardFile(): Promise<GeneratedPage> {
  const text = await format(JSON.stringify(await dashboard()), { parser: "json", printWidth: 110 });
  return { path: packageFile("docs/grafana/refbench.json"), text };
}

function pictures(): readonly GeneratedPage[] {
  return [
    { path: packageFile("docs/pictures/run.svg"), text: runPicture() },
    ...[...architectures.values()].map((architecture) => ({
      path: packageFile(`docs/pictures/${architecture.name}.svg`),
      text: architecturePicture(architecture, architecture.defaultSize),
    })),
  ];
}

async function pagesWithBlocks(): Promise<readonly GeneratedPage[]> {
  return Promise.all(
    Object.entries(BLOCKS).map(async ([page, blocks]) => {
      const path = packageFile(page);
      let text = await readFile(path, "utf8");
      for (const [name, generate] of Object.entries(blocks)) text = withBlock(text, name, await generate());
      return { path, text: await format(text, { parser: "markdown", printWidth: 110 }) };
    }),
  );
}

/** The text with a new block between the markers of that name. Throws where the page does not have both markers. */
export function withBlock(text: string, name: string, block: string): string {
  const [begin, end] = [`<!-- generated:${name} -->`, `<!-- /generated:${name} -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`expected the markers ${begin} and ${end}, in this order`);
  return `${text.slice(0, from)}${begin}\n\n${block.trim()}\n\n${text.slice(to)}`;
}

/** A table in Markdown; bars inside of cells are escaped. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
