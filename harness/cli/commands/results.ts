import { Command, Option } from "commander";
import { RefbenchError } from "../../model/error.ts";
import type { RunRecord } from "../../model/record.ts";
import { EXIT_CODES } from "../../model/verdict.ts";
import { openRunFolder, runsRoot } from "../../pipeline/run-folder.ts";
import { drawGrid } from "../../results/grid.ts";
import { resultsMarkdown } from "../../results/markdown.ts";
import { standingOf, type Standing } from "../../results/official.ts";
import { parseOutputs } from "../../results/output-spec.ts";
import { widthOf, writeOutputs } from "../../results/outputs.ts";
import { findRecord } from "../../results/history/record-file.ts";
import { readRunRecords, type RunRecords } from "../../results/history/run-records.ts";
import { resultsTable } from "../../results/table.ts";
import type { Io } from "../io.ts";

/** `refbench results`: what the runs of this folder have measured. */
export function resultsCommand(io: Io): Command {
  return new Command("results")
    .description("what the runs under .refbench/runs have measured")
    .addCommand(listCommand(io), { isDefault: true })
    .addCommand(showCommand(io))
    .addCommand(tableCommand(io));
}

function listCommand(io: Io): Command {
  return new Command("list")
    .description("every run, oldest first, with its verdict")
    .addOption(formatOption(["text", "json"]))
    .addHelpText("after", UNREADABLE_HELP)
    .action(async ({ output }: { readonly output: string }) => {
      const stored = await readRunRecords(runsRoot(io.cwd));
      if (output === "json") {
        const runs = stored.records.map(summaryOf);
        io.stdout.write(`${JSON.stringify(runs, null, 2)}\n`);
      } else if (stored.records.length === 0) {
        io.stdout.write(`No records under ${runsRoot(io.cwd)}.\n`);
      } else {
        const header = ["run", "size", "kind", "started", "verdict", "teardown"];
        const rows = stored.records.map((record) => {
          const { runId, architecture, size, kind, startedAt, verdict, teardown } = summaryOf(record);
          const started = startedAt.replace("T", " ").replace("Z", "");
          return [runId, `${architecture} ${size}`, kind, started, verdict, teardown];
        });
        io.stdout.write(`${drawGrid({ header, rows }, widthOf(io.stdout))}\n`);
      }
      for (const runId of stored.without) io.stderr.write(`refbench: run ${runId} has no record yet\n`);
      tellUnreadable(stored, io);
    });
}

function showCommand(io: Io): Command {
  return new Command("show")
    .description("the whole result of one run")
    .argument("<run>", "id of a run under .refbench/runs, or the path of its folder")
    .option(
      "--output <format[:path]>",
      "text, json or markdown, on stdout or into a file; repeatable (default: text)",
      (value: string, all: string[]) => [...all, value],
      [],
    )
    .action(async (run: string, { output }: { readonly output: readonly string[] }) => {
      const outputs = parseOutputs(output);
      const folder = await openRunFolder(io.cwd, run);
      const record = await findRecord(folder.record);
      if (record === undefined) {
        throw new RefbenchError(
          "usage",
          `run "${run}" has no record yet: it is written once the load has run, "refbench watch ${run}" follows it`,
        );
      }
      await writeOutputs(record, outputs, io);
    });
}

function tableCommand(io: Io): Command {
  return new Command("table")
    .description("the results table: official rows, or those of rehearsals, never both")
    .addOption(
      new Option("--rehearsals", "the simulated rows instead of the official ones").env(
        "REFBENCH_REHEARSALS",
      ),
    )
    .addOption(formatOption(["text", "markdown"]))
    .addHelpText("after", UNREADABLE_HELP)
    .action(
      async ({ rehearsals = false, output }: { readonly rehearsals?: boolean; readonly output: string }) => {
        const stored = await readRunRecords(runsRoot(io.cwd));
        const of = (standing: Standing): readonly RunRecord[] =>
          stored.records.filter((record) => standingOf(record) === standing);
        const records = of(rehearsals ? "simulated" : "official");
        const unofficial = rehearsals ? 0 : of("unofficial").length;
        if (unofficial > 0) {
          const runs = unofficial === 1 ? "1 unofficial run is" : `${unofficial} unofficial runs are`;
          io.stderr.write(
            `refbench: ${runs} not in the table (an emulated cloud, checks left out, figures overridden): "refbench results show <run>" shows one\n`,
          );
        }
        if (records.length === 0) {
          const other = of(rehearsals ? "official" : "simulated").length;
          const hint = other === 0 ? "" : rehearsals ? `; ${other} official` : `; ${other} with --rehearsals`;
          io.stdout.write(
            `No ${rehearsals ? "rehearsals" : "official results"} under ${runsRoot(io.cwd)}${hint}.\n`,
          );
        } else if (output === "markdown") {
          io.stdout.write(resultsMarkdown(records));
        } else {
          io.stdout.write(`${resultsTable(records, widthOf(io.stdout))}\n`);
        }
        tellUnreadable(stored, io);
      },
    );
}

const UNREADABLE_HELP = `\nExit codes: 0, or ${EXIT_CODES["harness-error"]} when a record could not be read (it is named on stderr).`;

function formatOption(formats: readonly string[]): Option {
  return new Option("--output <format>", "form of the answer").choices([...formats]).default("text");
}

function summaryOf(record: RunRecord) {
  const { runId, architecture, size, startedAt, verdict, teardown } = record;
  return {
    runId,
    architecture,
    size,
    kind: standingOf(record),
    startedAt: startedAt.replace(/\.\d+Z$/, "Z"),
    verdict,
    teardown: teardown.state,
  };
}

/** A row that is missing from an answer makes it a wrong answer: said, and not a success. */
function tellUnreadable({ unreadable }: RunRecords, io: Io): void {
  for (const { path, reason } of unreadable) io.stderr.write(`refbench: ${path} ${reason}\n`);
  if (unreadable.length > 0) io.exit(EXIT_CODES["harness-error"]);
}
