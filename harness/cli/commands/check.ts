import { jsonText } from "../../tools/safe-text.ts";
import { RUN_NAMES } from "../../model/choose-run.ts";
import { Command, Option } from "commander";
import { addHelpNotes } from "../help-notes.ts";
import { outputOption } from "../options/output-option.ts";
import { judgedWord, objectiveSentence } from "../../model/record/objective-words.ts";
import type { RunRecord } from "../../model/record/record.ts";
import { EXIT_CODES } from "../../tools/verdict.ts";
import { wrap } from "../../results/table/grid.ts";
import { digestMismatch, digestPath } from "../../results/history/digest.ts";
import { findText } from "../../results/history/find-text.ts";
import type { Judgement } from "../../results/judge-record.ts";
import { widthOf } from "../../results/output/outputs.ts";
import { readRecord } from "../../loads/engine/read-record.ts";
import type { Io } from "../../composition/settings/io.ts";

interface CheckFlags {
  readonly objectives?: string;
  readonly current?: boolean;
  readonly output: "text" | "json";
}

/** `refbench check <record>`: judges a stored record again, by its own measurements. */
export function checkCommand(io: Io): Command {
  const command = new Command("check")
    .argument("<record>", `a record's file, the folder of a run, or ${RUN_NAMES}`)
    .addOption(
      new Option(
        "--objectives <file>",
        "judge by a list of objectives in JSON or YAML instead of the record's own",
      ).env("REFBENCH_OBJECTIVES"),
    )
    .option(
      "--current",
      "judge by what the architecture asks for today instead of the record's own objectives",
    )
    .addOption(outputOption({ forms: ["text", "json"], toFiles: false }));
  return addHelpNotes(command, {
    examples: ["refbench check latest", "refbench check record.json --current"],
    notes: [EXIT_HELP],
  }).action(async (given: string, flags: CheckFlags) => {
    const { path, record } = await readRecord(given, io.cwd);
    const { chooseObjectives } = await import("../../loads/engine/objectives-for-check.ts");
    const chosen = await chooseObjectives(record, {
      file: flags.objectives,
      current: flags.current === true,
      cwd: io.cwd,
    });
    const { judgeRecord } = await import("../../results/judge-record.ts");
    const judgement = judgeRecord(record, chosen);
    const changed = await changeSince(path);
    io.stdout.write(
      flags.output === "json"
        ? checkJson(record, { ...judgement, ...(changed === undefined ? {} : { changed }) })
        : checkText(path, { record, judgement, changed, width: widthOf(io.stdout) }),
    );
    io.exit(changed === undefined ? judgement.exitCode : EXIT_CODES["harness-error"]);
  });
}

const EXIT_HELP =
  "Exit codes: that of the verdict as judged now (0 pass, 10 slo-failed, 21 generator-limited, …), or what the teardown found (40 leaked, 41 unverified). 20 when the record's own objectives give another verdict than the record, or when its digest differs; 60 while it is not final; 2 when the file is not a record.";

/** How the file differs from what its digest says of it, where one lies beside it. */
async function changeSince(path: string): Promise<string | undefined> {
  const [text = "", digest] = await Promise.all([findText(path), findText(digestPath(path))]);
  return digest === undefined ? undefined : digestMismatch(text, digest);
}

function checkJson(
  { runId }: RunRecord,
  judgement: Judgement & { /** How it is another than its digest says. */ readonly changed?: string },
): string {
  return jsonText({ runId, ...judgement });
}

function checkText(
  path: string,
  {
    record,
    judgement,
    changed,
    width,
  }: {
    readonly record: RunRecord;
    readonly judgement: Judgement;
    readonly changed: string | undefined;
    readonly width: number;
  },
): string {
  const { objectives, differences, verdict, stored, reasons, by, contradictsItself } = judgement;
  const notAgain = objectives.filter(({ metric }) => metric === undefined).length;
  const lines = [
    `Run ${record.runId}: ${record.architecture} ${record.size}, ${path}`,
    ...(changed === undefined ? [] : [`NOT AS IT WAS STORED: it ${changed}`]),
    `Judged by ${by}.`,
    ...objectives.map((each) => `  ${wordOf(each)} ${objectiveSentence(each)}`),
    ...(notAgain === 0
      ? []
      : [
          `${notAgain} of ${objectives.length} are as the record says: it does not name the figure that judged them (--current judges by today's objectives)`,
        ]),
    `Teardown: ${record.teardown.state}`,
    `Verdict: ${verdict} (the record says ${stored})`,
    ...reasons.map((reason) => `  ${reason}`),
    ...(differences.length === 0
      ? []
      : [
          contradictsItself
            ? "THE RECORD CONTRADICTS ITSELF: it was changed, or judged by another version:"
            : "Differs from the record:",
          ...differences.map((difference) => `  ${difference}`),
        ]),
  ];
  return `${lines.flatMap((line) => hanging(line, width)).join("\n")}\n`;
}

function wordOf(objective: Judgement["objectives"][number]): string {
  return judgedWord(objective).padEnd("not judged".length);
}

function hanging(line: string, width: number): readonly string[] {
  const indent = line.startsWith("  ") ? "    " : "";
  return wrap(line.trimStart(), width - indent.length).map((part, index) =>
    index === 0 ? (indent === "" ? part : `  ${part}`) : `${indent}${part}`,
  );
}
