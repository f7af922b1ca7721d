import { jsonText } from "../../tools/safe-text.ts";
import { Command, Option } from "commander";
import { z } from "zod";
import { didYouMean } from "../../../reference-architectures/did-you-mean.ts";
import { count } from "../../tools/quantities.ts";
import { VERDICTS } from "../../tools/verdict.ts";
import { addHelpNotes } from "../help-notes.ts";
import { outputOption } from "../options/output-option.ts";
import { RefbenchError } from "../../tools/error.ts";
import type { RunRecord } from "../../model/record/record.ts";
import { drawGrid } from "../../results/table/grid.ts";
import { byStart } from "../../results/history/read-history.ts";
import { recordStandingOf } from "../../results/judge/official.ts";
import { dayOf } from "../../results/format/day.ts";
import { widthOf } from "../../results/output/outputs.ts";
import type { Io } from "../../composition/settings/io.ts";
import { type PlaceFlags, storeOption, wholeHistory } from "./places.ts";
import { reportUnreadable, UNREADABLE_NOTE } from "./report-unreadable.ts";

/** `refbench results list`. */
export function listCommand(io: Io): Command {
  const command = new Command("list")
    .description("every run, oldest first, with its verdict")
    // The default command gets the word of a mistyped one.
    .argument("[words...]")
    .usage("[options]");
  command
    .optionsGroup("Filters:")
    .addOption(new Option("--architecture <name>", "only runs of this architecture"))
    .addOption(new Option("--size <name>", "only runs of this size"))
    .addOption(
      new Option("--since <date>", "only runs since this day in UTC, such as 2026-11-22").argParser(day),
    )
    .addOption(
      new Option("--verdict <name>", "only runs with this verdict").choices([...VERDICTS, "pending"]),
    )
    .addOption(new Option("--limit <n>", "only the newest n of these").argParser(count("--limit", 1)))
    .optionsGroup("Options:")
    .addOption(storeOption())
    .addOption(outputOption({ forms: ["text", "json"], toFiles: false }));
  return addHelpNotes(command, {
    examples: [
      "refbench results list --limit 5",
      "refbench results list --architecture gke --since 2026-11-22",
    ],
    notes: [UNREADABLE_NOTE],
  }).action(([word]: readonly string[], flags: ListFlags) => {
    if (word !== undefined) throw noCommand(word, command);
    return list(flags, io);
  });
}

type ListFlags = PlaceFlags & ListFilter & { readonly output: string };

async function list({ output, ...flags }: ListFlags, io: Io): Promise<void> {
  const history = await wholeHistory(io, flags);
  const all = [...history.records, ...history.pending];
  const runs = filtered(all.toSorted(byStart), flags).map((record) =>
    summaryOf(record, history.files.get(record.runId)),
  );
  if (output === "json") io.stdout.write(jsonText(runs));
  else if (runs.length === 0)
    io.stdout.write(
      all.length === 0
        ? "No records, neither in a store nor under .refbench/runs.\n"
        : "No record matches these filters.\n",
    );
  else io.stdout.write(`${gridOf(runs, widthOf(io.stdout))}\n`);
  for (const runId of history.without)
    io.stderr.write(`refbench: run ${runId} has no record yet; "refbench watch ${runId}" follows it\n`);
  reportUnreadable(history, io);
}

/** Which runs are listed. */
interface ListFilter {
  readonly architecture?: string;
  readonly size?: string;
  /** A day in UTC. */
  readonly since?: string;
  readonly verdict?: string;
  readonly limit?: number;
}

/** The records that pass, of those in the order of their start; of too many the newest. */
function filtered(
  records: readonly RunRecord[],
  { architecture, size, since = "", verdict, limit = Infinity }: ListFilter,
): readonly RunRecord[] {
  const passing = records.filter(
    (record) =>
      (architecture === undefined || record.architecture === architecture) &&
      (size === undefined || record.size === size) &&
      (verdict === undefined || record.verdict === verdict) &&
      dayOf(Date.parse(record.startedAt)) >= since,
  );
  return passing.slice(Math.max(0, passing.length - limit));
}

function day(text: string): string {
  if (z.iso.date().safeParse(text).success) return text;
  throw new RefbenchError("usage", `--since is "${text}", expected a date such as 2026-11-22`);
}

function noCommand(word: string, { parent }: Command): RefbenchError {
  const names = parent?.commands.map((each) => each.name()) ?? [];
  return new RefbenchError(
    "usage",
    `"${word}" is not a command of results${didYouMean(word, names)}: expected one of ${names.join(", ")}`,
  );
}

function summaryOf(record: RunRecord, stored: string | undefined) {
  const { runId, architecture, size, startedAt, verdict, teardown, origin } = record;
  return {
    runId,
    architecture,
    size,
    kind: recordStandingOf(record),
    origin: origin.kind,
    startedAt: startedAt.replace(/\.\d+Z$/, "Z"),
    verdict,
    teardown: teardown.state,
    ...(stored === undefined ? {} : { stored }),
  };
}

function gridOf(runs: readonly ReturnType<typeof summaryOf>[], width: number): string {
  const header = ["run", "size", "kind", "started", "verdict", "teardown"];
  const rows = runs.map(({ runId, architecture, size, kind, startedAt, verdict, teardown }) => {
    const started = startedAt.replace("T", " ").replace("Z", "");
    return [runId, `${architecture} ${size}`, kind, started, verdict, teardown];
  });
  return drawGrid({ header, rows }, width);
}
