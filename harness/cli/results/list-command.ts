import { jsonText } from "../../tools/safe-text.ts";
import { Command } from "commander";
import { outputOption } from "../options/output-option.ts";
import { RefbenchError } from "../../tools/error.ts";
import type { RunRecord } from "../../model/record/record.ts";
import { drawGrid } from "../../results/table/grid.ts";
import { byStart } from "../../results/history/read-history.ts";
import { recordStandingOf } from "../../results/judge/official.ts";
import { widthOf } from "../../results/output/outputs.ts";
import type { Io } from "../../composition/settings/io.ts";
import { type PlaceFlags, storeOption, wholeHistory } from "./places.ts";
import { tellUnreadable, UNREADABLE_HELP } from "./tell-unreadable.ts";

/** `refbench results list`. */
export function listCommand(io: Io): Command {
  return (
    new Command("list")
      .description("every run, oldest first, with its verdict")
      // As the command where none is named it gets what was meant for one that there is not.
      .argument("[words...]")
      .usage("[options]")
      .addOption(storeOption())
      .addOption(outputOption({ forms: ["text", "json"], toFiles: false }))
      .addHelpText("after", UNREADABLE_HELP)
      .action(
        async (
          [word]: readonly string[],
          { output, ...place }: PlaceFlags & { readonly output: string },
          command: Command,
        ) => {
          if (word !== undefined) throw noCommand(word, command);
          const history = await wholeHistory(io, place);
          const records = [...history.records, ...history.pending].toSorted(byStart);
          const runs = records.map((record) => summaryOf(record, history.files.get(record.runId)));
          if (output === "json") io.stdout.write(jsonText(runs));
          else if (runs.length === 0)
            io.stdout.write("No records, neither in a store nor under .refbench/runs.\n");
          else io.stdout.write(`${gridOf(runs, widthOf(io.stdout))}\n`);
          for (const runId of history.without) io.stderr.write(`refbench: run ${runId} has no record yet\n`);
          tellUnreadable(history, io);
        },
      )
  );
}

function noCommand(word: string, { parent }: Command): RefbenchError {
  const names = parent?.commands.map((each) => each.name()) ?? [];
  return new RefbenchError(
    "usage",
    `"${word}" is no command of results, and list takes no argument: expected one of ${names.join(", ")}`,
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
