import { jsonText, oneLine } from "../../tools/safe-text.ts";
import { Command } from "commander";
import { outputOption } from "../options/output-option.ts";
import { type Clock, systemClock } from "../../tools/time/clock.ts";
import { messageOf } from "../../tools/error.ts";
import { EXIT_CODES } from "../../tools/verdict.ts";
import { addHelpNotes } from "../help-notes.ts";
import { findConfigFile } from "../config/config-file.ts";
import { listSettings, type Settings } from "../config/settings.ts";
import type { Finding } from "../finding.ts";
import type { Io } from "../../composition/settings/io.ts";

const TOOL_WIDTH = 16;
const MARKS = {
  ok: "ok",
  missing: "MISSING",
  unsupported: "TOO OLD",
  optional: "absent",
  stale: "OLD",
} as const;

/**
 * `refbench doctor`: what is installed here, what is missing, and which flags the config file and the shell set.
 * `whole` returns the program with every command loaded.
 */
export function doctorCommand(io: Io, whole: () => Promise<Command>, clock: Clock = systemClock): Command {
  const command = new Command("doctor").addOption(outputOption({ forms: ["text", "json"], toFiles: false }));
  return addHelpNotes(command, {
    notes: ["Exit codes: 0 ready for a rehearsal, 2 something is missing or the config file is wrong."],
  }).action(async ({ output }: { readonly output: string }) => {
    const { checkMachine } = await import("../check-machine.ts");
    const [findings, settings] = await Promise.all([checkMachine(io.env, clock), findSettings(io, whole)]);
    const ready =
      findings.every(({ state }) => state === "ok" || state === "optional" || state === "stale") &&
      settings.problems.length === 0;
    io.stdout.write(
      output === "json" ? jsonText({ ready, findings, config: settings }) : textOf(findings, settings, ready),
    );
    if (!ready) io.exit(EXIT_CODES.usage);
  });
}

/** A file that cannot be read is a problem to report, not the end of the report. */
async function findSettings({ cwd, env }: Io, whole: () => Promise<Command>): Promise<Settings> {
  const program = await whole();
  try {
    return listSettings(program, await findConfigFile(cwd, env), env);
  } catch (error) {
    const { settings } = listSettings(program, undefined, env);
    return { problems: [messageOf(error)], settings };
  }
}

function textOf(findings: readonly Finding[], settings: Settings, ready: boolean): string {
  const lines = findings.flatMap(({ tool, state, found, wanted, next }) => [
    `${MARKS[state].padEnd(8)} ${tool.padEnd(TOOL_WIDTH)} ${found ?? "not found"} (wanted: ${wanted})`,
    ...(next === undefined ? [] : [`         -> ${next}`]),
  ]);
  const verdict = ready ? "Ready: refbench run gke --rehearse" : "Not ready: see the lines above.";
  return `${[...lines, "", ...settingLines(settings), "", verdict].join("\n")}\n`;
}

function settingLines({ file, problems, settings }: Settings): readonly string[] {
  const isRight = problems.length === 0;
  return [
    `${(isRight ? "ok" : "WRONG").padEnd(8)} config file ${file ?? (isRight ? "none" : "")}`.trimEnd(),
    ...problems.map((problem) => `         -> ${oneLine(problem)}`),
    ...settings.flatMap(({ flag, value, from, commands }) => [
      oneLine(`         ${flag} ${value} (${from}): ${commands.join(", ")}`),
    ]),
  ];
}
