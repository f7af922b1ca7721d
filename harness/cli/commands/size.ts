import { Command, Option } from "commander";
import { architectures } from "../../../reference-architectures/catalogue.ts";
import { answerFor, type Where } from "../../../reference-architectures/sizing/answer.ts";
import type { AskedLoad } from "../../../reference-architectures/sizing/load.ts";
import type { Io } from "../../composition/settings/io.ts";
import type { OutputSpec } from "../../results/format/output-spec.ts";
import { writeForms } from "../../results/output/outputs.ts";
import { formatAnswer } from "../../results/sizing/format-answer.ts";
import { measuredRowsOf } from "../../results/sizing/measured-rows.ts";
import { RefbenchError } from "../../tools/error.ts";
import { jsonText } from "../../tools/safe-text.ts";
import { addHelpNotes } from "../help-notes.ts";
import { outputOption } from "../options/output-option.ts";
import { storeOption, wholeHistory } from "../results/places.ts";
import { reportUnreadable, UNREADABLE_NOTE } from "../results/report-unreadable.ts";

interface Flags extends AskedLoad, Where {
  readonly store?: string;
  readonly output: readonly OutputSpec[];
}

/** `refbench size`: what a number of users needs, what it costs, and what each figure rests on. */
export function sizeCommand(io: Io): Command {
  const command = new Command("size")
    .description("what a number of users needs, what it costs a month, and who measured that")
    .addOption(countOption("users", "users, up to 10000").makeOptionMandatory())
    .addOption(countOption("workspaces", "running workspaces (default: 0.6 for each user)"))
    .addOption(countOption("builds", "builds at once (default: a tenth of the workspaces)"))
    .addOption(
      countOption("connections", "terminals and SSH sessions open at once (default: 5 for each user)"),
    )
    .addOption(
      new Option("--cloud <name>", "where it shall run (default: google)").choices([
        "google",
        "aws",
        "kubernetes",
      ]),
    )
    .addOption(
      new Option("--architecture <name>", "only this one (default: every one of the cloud)").choices([
        ...architectures.keys(),
      ]),
    )
    .addOption(storeOption())
    .addOption(outputOption({ forms: ["text", "json"] }));
  return addHelpNotes(command, {
    examples: [
      "refbench size --users 2000",
      "refbench size --users 5000 --builds 500 --cloud aws",
      "refbench size --users 2000 --architecture gke --output json",
    ],
    notes: [
      "It answers for any number up to Coder's largest validated architecture. A larger load has no answer, because no published rule and no row covers it: exit code 2.",
      "Only official rows of the store count as measured. Simulated and unofficial ones are counted, not used.",
      UNREADABLE_NOTE,
    ],
  }).action(async ({ store, output: outputs, cloud, architecture, ...asked }: Flags) => {
    const history = await wholeHistory(io, store === undefined ? {} : { store });
    const { rows, notUsed } = measuredRowsOf(history.records);
    const { users, workspaces, builds, connections } = asked;
    const answer = answerFor(
      {
        users,
        ...(workspaces === undefined ? {} : { workspaces }),
        ...(builds === undefined ? {} : { builds }),
        ...(connections === undefined ? {} : { connections }),
      },
      { ...(cloud === undefined ? {} : { cloud }), ...(architecture === undefined ? {} : { architecture }) },
      { catalogue: architectures, rows, notUsed },
    );
    await writeForms(
      (format, width) => (format === "json" ? jsonText(answer) : formatAnswer(answer, width)),
      outputs,
      io,
    );
    reportUnreadable(history, io);
  });
}

function countOption(figure: string, description: string): Option {
  return new Option(`--${figure} <number>`, description).argParser((text) => {
    if (/^\d{1,15}$/.test(text)) return Number(text);
    throw new RefbenchError(
      "usage",
      `--${figure} is ${JSON.stringify(text)}, expected a whole number of at least 1, such as 2000`,
    );
  });
}
